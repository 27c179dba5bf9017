/** Breaches: what happened, the clock, and who is affected. */
import type { Translation } from '../i18n.svelte.ts';
import type { breaches as en } from '../en/breaches.ts';

export const breaches = {} as const satisfies Translation<typeof en>;
