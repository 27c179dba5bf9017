/** The face of the messages: `t` and the formatters that follow the locale. */
export * from './i18n.svelte.ts';
