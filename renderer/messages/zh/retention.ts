/** Retention: what is due, why, and what is held back. */
import type { Translation } from '../i18n.svelte.ts';
import type { retention as en } from '../en/retention.ts';

export const retention = {} as const satisfies Translation<typeof en>;
