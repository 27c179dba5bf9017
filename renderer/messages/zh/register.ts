/** Register: who processes what, on which basis, and what is missing. */
import type { Translation } from '../i18n.svelte.ts';
import type { register as en } from '../en/register.ts';

export const register = {} as const satisfies Translation<typeof en>;
