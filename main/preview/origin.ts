// Where the page lives in the preview. The name is reserved (RFC 2606), so no such host can exist; https makes
// it a secure context, as Electron's own scheme is.
import { originOf } from '../platform/index.ts';

export const PAGE_ORIGIN = 'https://cloister.invalid';

/** Compared by a URL parser, never by prefix. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const parsed = new URL(url);
  return originOf(parsed) === PAGE_ORIGIN && parsed.username === '' && parsed.password === '';
}
