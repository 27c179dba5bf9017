/** Models after a person has left them. */
import type { Translation } from '../i18n.svelte.ts';
import type { unlearning as en } from '../en/unlearning.ts';

export const unlearning = {} as const satisfies Translation<typeof en>;
