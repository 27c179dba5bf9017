import type { unlock as en } from '../en/unlock.ts';
import type { Translation } from '../i18n.svelte.ts';

export const unlock = {} as const satisfies Translation<typeof en>;
