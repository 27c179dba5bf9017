/** The face of the page's state for screens. */
export type { App } from './app.svelte.ts';
export { getApp } from './context.ts';
export { useQuery, type Query } from './query.svelte.ts';
export { usePaged, type Paged } from './paged.svelte.ts';
export { useCommands, useFacts } from './use.svelte.ts';
export type { Command } from './commands.svelte.ts';
export { fractionOf, jobFraction } from './jobs.svelte.ts';
export { keyCaps } from './keys.ts';
