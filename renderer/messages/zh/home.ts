import type { home as en } from '../en/home.ts';
import type { Translation } from '../i18n.svelte.ts';

export const home = {} as const satisfies Translation<typeof en>;
