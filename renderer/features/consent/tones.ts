/** The tone a state of consent is shown in; the word always stands beside it. */
import type { ConsentState } from '../../../shared/contract/index.ts';
import type { z } from 'zod';

export type ConsentStateName = z.infer<typeof ConsentState>;

export const CONSENT_TONE: Readonly<
  Record<ConsentStateName, 'neutral' | 'accent' | 'warn' | 'bad'>
> = {
  never: 'neutral',
  given: 'accent',
  refused: 'bad',
  withdrawn: 'bad',
  expired: 'warn',
  lapsed: 'warn',
  guardianMissing: 'bad',
  outgrown: 'warn',
  notSeparate: 'bad',
  conditional: 'warn',
};
