// Serves the built page to whichever browser shows it, with the same headers in every shell. The page is
// the only thing served: GET, one origin, real files inside one folder, known kinds. Everything else is
// refused without saying why.
import { readFileSync, realpathSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

/**
 * No inline script or style, no foreign origin, no form, no frame but a report shown from a blob. Trusted
 * types: a string can become markup only through Svelte's own policy.
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

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const HEADERS = {
  'content-security-policy': CONTENT_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), usb=(), serial=(), hid=()',
  'cache-control': 'no-store',
} as const;

/** @param origin for example `cloister://app`: compared whole, never by prefix. */
export function createPageFiles(
  folder: string,
  origin: string,
): (request: { readonly method: string; readonly url: string }) => PageAnswer {
  const root = realpathSync(folder);
  const refused: PageAnswer = { status: 404, headers: HEADERS, body: Buffer.alloc(0) };

  return ({ method, url }) => {
    if (method !== 'GET') return { ...refused, status: 405 };
    const parsed = parse(url);
    if (!parsed || originOf(parsed) !== origin) return refused;
    const name = decode(parsed.pathname);
    if (name === undefined) return refused;
    const type = TYPES[extname(name)];
    if (!type) return refused;
    try {
      const file = realpathSync(join(root, name));
      if (!file.startsWith(root + sep)) return refused;
      return {
        status: 200,
        headers: { ...HEADERS, 'content-type': type },
        body: readFileSync(file),
      };
    } catch {
      return refused;
    }
  };
}

/** The URL parser calls the origin of a custom scheme `null`; scheme and host say the same. */
export const originOf = (url: URL): string => `${url.protocol}//${url.host}`;

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

function decode(pathname: string): string | undefined {
  try {
    const name = decodeURIComponent(pathname === '/' ? '/index.html' : pathname);
    return name.includes('\0') || name.includes('\\') ? undefined : name;
  } catch {
    return undefined;
  }
}
