// The security settings of the Electron shell, item by item of Electron's own list
// (electronjs.org/docs/latest/tutorial/security). Every value is stated, also where it is the default: an
// upgrade that changes a default then changes nothing here. Touch nothing without its test in
// test/unit/shell, which has a case that must pass and one that must fail for each.
import type { Electron } from './electronParts.ts';

export const SCHEME = 'cloister';
export const ORIGIN = `${SCHEME}://app`;
export const PAGE_URL = `${ORIGIN}/index.html`;

/** Items 2, 3, 4, 12. Items 6, 8, 9, 10 are defaults whose keys must not occur at all. */
export function webPreferences(preload: string, release: boolean): Electron.WebPreferences {
  return {
    preload,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    contextIsolation: true,
    sandbox: true,
    webviewTag: false,
    spellcheck: false, // Would fetch dictionaries.
    plugins: false,
    devTools: !release,
    enableWebSQL: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    // Item 7 of the house: no autofill store, no cache of what was shown.
    partition: 'cloister', // Without `persist:`: in memory only.
  };
}

/** Item 18: standard and secure, so that origins and storage work as on the web; nothing else is granted. */
export const SCHEME_PRIVILEGES: Electron.CustomScheme = {
  scheme: SCHEME,
  privileges: {
    standard: true,
    secure: true,
    supportFetchAPI: true,
    corsEnabled: false,
    bypassCSP: false,
    allowServiceWorkers: false,
    stream: false,
  },
};

/**
 * Set before the application is ready. Chromium's own conversations are switched off one by one, and a
 * resolver that knows no host makes a forgotten one fail.
 */
export const SWITCHES: readonly (readonly [name: string, value?: string])[] = [
  ['host-resolver-rules', 'MAP * ~NOTFOUND'],
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-breakpad'],
  ['no-pings'],
  ['disable-sync'],
  ['no-proxy-server'],
  [
    'disable-features',
    'WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,AutofillServerCommunication,Translate',
  ],
];

/** Item 5: only writing plain text to the clipboard, and only from the page itself. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

export const isPermissionAllowed = (
  permission: string,
  requestingUrl: string,
  isMainFrame: boolean,
): boolean => ALLOWED_PERMISSIONS.has(permission) && isMainFrame && isOwnUrl(requestingUrl);

/** Item 13: compared by a URL parser, never by prefix or substring. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  return `${protocol}//${host}` === ORIGIN && username === '' && password === '';
}

/** Made by the page itself, in memory. */
export const isOwnBlob = (url: string): boolean =>
  url.startsWith('blob:') && isOwnUrl(url.slice('blob:'.length));

/** What the page may load at all; a last net below the content policy. */
export function isRequestAllowed(url: string, release: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  if (protocol === `${SCHEME}:`) return isOwnUrl(url);
  if (protocol === 'blob:') return isOwnBlob(url);
  if (protocol === 'data:') return true;
  return !release && protocol === 'devtools:';
}
