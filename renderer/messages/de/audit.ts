import type { audit as en } from '../en/audit.ts';
import type { Translation } from '../i18n.svelte.ts';

export const audit = {} as const satisfies Translation<typeof en>;
