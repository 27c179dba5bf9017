/** The words for what a passphrase costs to guess. The core decides: its refusal is WEAK_PASSPHRASE. */
import { guessBits } from '../../../shared/domain/passphrase.ts';

export type Strength = 'weak' | 'fair' | 'good';

export function passphraseStrength(passphrase: string): Strength {
  const bits = guessBits(passphrase);
  if (bits < 45) return 'weak';
  return bits < 60 ? 'fair' : 'good';
}
