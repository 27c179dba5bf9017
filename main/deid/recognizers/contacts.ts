// Ways to reach somebody: e-mail, web, network addresses, telephone and fax.
import type { Finding } from '../types.ts';
import { END, HAS_HAN, hasBefore, matches, NUMBER_START, pattern, START } from './patterns.ts';

const EMAIL = pattern(
  String.raw`(?<![\p{sc=Latin}\p{N}._%+-])[\p{sc=Latin}\p{N}_%+-][\p{sc=Latin}\p{N}._%+-]{0,63}\s?(?:@|\(at\)|\[at\])\s?[\p{sc=Latin}\p{N}-]{1,63}(?:\.[\p{sc=Latin}\p{N}-]{1,63}){0,4}\.\p{sc=Latin}{2,24}`,
  'i',
);
const URL = pattern(
  String.raw`${START}(?:https?:\/\/|www\.)[^\s<>"'）》，。；]{3,300}[\p{L}\p{N}\/]`,
  'i',
);
const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = pattern(`(?<![\\p{L}\\p{N}.])${OCTET}(?:\\.${OCTET}){3}(?![\\p{L}\\p{N}]|\\.\\d)`);
const IPV6 = pattern(
  String.raw`(?<![\p{L}\p{N}:])(?:[0-9a-f]{1,4}:){3,7}(?::|[0-9a-f]{1,4})(?:[0-9a-f:]{0,24})(?![\p{L}\p{N}:])`,
  'i',
);

const PHONE_WORDS =
  /(?:tel[ée]?fono|tel[ée]f|tel|tlfno|tlfn?|tfno|telfs?|tf|phone|mobile|mob|cell|call|fax|móvil|telefon|handy|mobil|rufnummer|telefax|durchwahl|pager|whatsapp|ext|questions|电话|手机|传真|联系方式|联系)[^\p{L}\d]{0,6}$/iu;
/** Seven to fifteen digits in groups, as E.164 allows; a label before it is asked for. */
const LABELED = pattern(
  String.raw`${NUMBER_START}\+?\(?\d[\d ()./\u2011-]{5,20}\d(?:\s(?:ext|x|extensión)\.?\s?\d{1,5})?${END}`,
);
const SHAPES: readonly (readonly [rule: string, expression: RegExp, score: number])[] = [
  [
    'international',
    pattern(
      String.raw`(?<![\p{L}\p{N}])(?:\+|00)[1-9]\d{0,2}[ .\-/]?\(?\d{1,4}\)?(?:[ .\-/]?\d{2,5}){1,5}${END}`,
    ),
    0.9,
  ],
  // Spain: nine digits beginning with 6 to 9, in the groupings in use.
  ['spain', pattern(String.raw`${NUMBER_START}[5-9]\d{2}([ .-])\d{3}\1\d{3}${END}`), 0.75],
  [
    'spain',
    pattern(String.raw`${NUMBER_START}[5-9]\d{1,2}[ .-]\d{2,3}[ .-]\d{2}[ .-]\d{2}${END}`),
    0.75,
  ],
  // United Kingdom: 0, area code, subscriber.
  ['uk', pattern(String.raw`${NUMBER_START}\(?0\d{2,4}\)?[ -]\d{3,4}[ -]?\d{3,4}${END}`), 0.8],
  // Germany: 0, area code, a separator, subscriber.
  [
    'germany',
    pattern(String.raw`${NUMBER_START}\(?0[1-9]\d{1,4}\)?[ /-]{1,3}\d{3,8}(?:[ -]\d{1,6})?${END}`),
    0.75,
  ],
  ['chinaMobile', pattern(String.raw`(?<!\d)1[2-9]\d(?:[ -]?\d{4}){2}(?!\d)`), 0.8],
  ['chinaLandline', pattern(String.raw`(?<!\d)0\d{2,3}[ -]\d{7,8}(?!\d)`), 0.8],
];

export function* findContacts(text: string): Generator<Finding> {
  yield* matches(text, EMAIL, 'EMAIL', 'email', 0.99);
  yield* matches(text, URL, 'URL', 'url', 0.95);
  yield* matches(text, IPV4, 'IP_ADDRESS', 'ip.v4', 0.7);
  yield* matches(text, IPV6, 'IP_ADDRESS', 'ip.v6', 0.8);
  yield* matches(text, LABELED, 'PHONE', 'phone.labeled', ({ index, 0: number }) => {
    const digits = number.replace(/\D/g, '').length;
    return digits >= 6 && digits <= 16 && hasBefore(text, index, PHONE_WORDS) ? 0.95 : null;
  });
  const han = HAS_HAN.test(text);
  for (const [rule, expression, score] of SHAPES) {
    // Eleven digits that begin with a one are a telephone only where Chinese is written.
    if (!han && rule.startsWith('china')) continue;
    yield* matches(text, expression, 'PHONE', `phone.${rule}`, score);
  }
}
