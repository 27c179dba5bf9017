/** Exits: what left, for whom, and who has to be told. */
import type { Translation } from '../i18n.svelte.ts';
import type { exits as en } from '../en/exits.ts';

export const exits = {} as const satisfies Translation<typeof en>;
