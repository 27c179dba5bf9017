/** Policies: what the organisation has set. */
import type { Translation } from '../i18n.svelte.ts';
import type { policies as en } from '../en/policies.ts';

export const policies = {} as const satisfies Translation<typeof en>;
