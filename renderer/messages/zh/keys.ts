/** Keys: device binding and the key of the log. */
import type { Translation } from '../i18n.svelte.ts';
import type { keys as en } from '../en/keys.ts';

export const keys = {} as const satisfies Translation<typeof en>;
