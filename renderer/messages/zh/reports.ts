import type { reports as en } from '../en/reports.ts';
import type { Translation } from '../i18n.svelte.ts';

export const reports = {} as const satisfies Translation<typeof en>;
