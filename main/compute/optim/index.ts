/** Optimizer state and updates on the CPU: an arena of WebAssembly memory and SIMD kernels over it. */
export { createAdamW, type AdamWSettings, type Optimizer } from './adamw.ts';
export { createArena, PLANES, type Arena, type Parameter, type ParameterSpec } from './arena.ts';
export type { Plane } from './arena.ts';
export { secureGaussian, type SecureBytes } from './privacy/noise.ts';
export { poissonBatches } from './privacy/sampling.ts';
export { scheduleFactor, type Schedule, type ScheduleShape } from './schedule.ts';
