import type { labeling as en } from '../en/labeling.ts';
import type { Translation } from '../i18n.svelte.ts';

export const labeling = {} as const satisfies Translation<typeof en>;
