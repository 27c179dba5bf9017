import type { documents as en } from '../en/documents.ts';
import type { Translation } from '../i18n.svelte.ts';

export const documents = {} as const satisfies Translation<typeof en>;
