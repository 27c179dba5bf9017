import type { consent as en } from '../en/consent.ts';
import type { Translation } from '../i18n.svelte.ts';

export const consent = {} as const satisfies Translation<typeof en>;
