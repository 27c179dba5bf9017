// The page as files, for every shell that serves it: GET only, one fixed host, known extensions, nothing
// outside the bundle, a content policy on every answer (reference: Electron security, items 7 and 18).
import { readFileSync, realpathSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

/**
 * Nothing by default; the bundle's own scripts, styles, fonts and images; blobs for images that were
 * decrypted into memory. No inline script or style, no frame except a sandboxed blob for reports, no form
 * target. Trusted types: only Svelte's own policy may turn text into markup.
 */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  'frame-src blob:',
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

export interface PageAnswer {
  readonly status: 200 | 403 | 404 | 405;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface PageFiles {
  readonly origin: string;
  answer(method: string, url: string): PageAnswer;
}

export function createPageFiles(folder: string, origin: string): PageFiles {
  const refuse = (status: 403 | 404 | 405): PageAnswer => ({
    status,
    headers: { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' },
    body: Buffer.alloc(0),
  });
  return {
    origin,
    answer(method, url) {
      if (!isOwnUrl(url, origin)) return refuse(403);
      if (method !== 'GET') return refuse(405);
      const file = fileBehind(folder, url);
      const type = file === undefined ? undefined : MEDIA_TYPES[extname(file)];
      if (file === undefined || type === undefined) return refuse(404);
      return {
        status: 200,
        headers: { ...HEADERS, 'Content-Type': type },
        body: readFileSync(file),
      };
    },
  };
}

const HEADERS = {
  'Content-Security-Policy': CONTENT_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), bluetooth=(), display-capture=()',
  'Cache-Control': 'no-store',
} as const;

/**
 * Compared part by part with a URL parser: a prefix comparison would take `cloister://app.evil/` for
 * `cloister://app`. URL.origin is the string "null" for custom schemes, so scheme and host are compared.
 */
export function isOwnUrl(url: string, origin: string): boolean {
  if (!URL.canParse(url)) return false;
  const [given, own] = [new URL(url), new URL(origin)];
  return (
    given.protocol === own.protocol &&
    given.host === own.host &&
    given.username === '' &&
    given.password === ''
  );
}

function fileBehind(folder: string, url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url).pathname);
    if (path.includes('\0') || path.includes('\\')) return undefined;
    const root = realpathSync(folder);
    const file = realpathSync(join(root, path === '/' || path === '' ? 'index.html' : path));
    return file.startsWith(root + sep) ? file : undefined;
  } catch {
    return undefined;
  }
}
