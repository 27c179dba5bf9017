// The content policy forbids code from strings. The schema library would probe for it when the first schema
// is built and leave a report in the console; this tells it not to, before any module of the page runs.
globalThis.__zod_globalConfig = { jitless: true };
