import type { requests as en } from '../en/requests.ts';
import type { Translation } from '../i18n.svelte.ts';

export const requests = {} as const satisfies Translation<typeof en>;
