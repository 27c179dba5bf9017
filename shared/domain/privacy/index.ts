/**
 * What a differentially private run spends and what it must pay: accountants for DP-SGD (Abadi et al.
 * 2016, https://arxiv.org/abs/1607.00133). Core plans with them before a run, compute records with them.
 */
export { MOST_NOISE, noiseFor, type NoiseWish } from './noise.ts';
export type { PrivacyPhase } from './phases.ts';
export { prvEpsilon, type PrvGuarantee, type PrvOptions } from './prv.ts';
export {
  guaranteeOfRdp,
  RDP_ORDERS,
  rdpEpsilon,
  rdpOf,
  rdpOfStep,
  type RdpGuarantee,
} from './rdp.ts';
