import type { evaluation as en } from '../en/evaluation.ts';
import type { Translation } from '../i18n.svelte.ts';

export const evaluation = {} as const satisfies Translation<typeof en>;
