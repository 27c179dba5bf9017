import type { training as en } from '../en/training.ts';
import type { Translation } from '../i18n.svelte.ts';

export const training = {} as const satisfies Translation<typeof en>;
