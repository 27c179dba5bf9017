// The face of the preview shell.
export { CHROMIUM_SWITCHES, launchBrowser, type Browser } from './browser.ts';
export { PAGE_ORIGIN } from './origin.ts';
export { openPreviewPage, type PreviewPage } from './page.ts';
export { readPreviewArguments, runPreview, type PreviewOptions } from './preview.ts';
