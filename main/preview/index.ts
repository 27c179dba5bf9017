// The face of the preview shell.
export { CHROMIUM_SWITCHES, launchBrowser, type Browser } from './browser.ts';
export { openPreviewPage, PAGE_ORIGIN, type PreviewPage } from './page.ts';
export { readPreviewArguments, runPreview, type PreviewOptions } from './preview.ts';
