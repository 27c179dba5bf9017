import type { snapshots as en } from '../en/snapshots.ts';
import type { Translation } from '../i18n.svelte.ts';

export const snapshots = {} as const satisfies Translation<typeof en>;
