/** What the requests room knows beside the messages: which kinds need what, and how a deadline reads. */
import type { DataRequest, OutputOf, Reading } from '../../../shared/contract/index.ts';
import type { RefusalCode, RequestKind } from '../../../shared/domain/requests.ts';
import { day, list, locale, t, tData } from '../../messages/index.ts';

export type RequestFile = OutputOf<'request.show'>;

/** Something about the person is handed out, changed or destroyed: who asks must be known (Art. 12(6)). */
const IDENTIFIED: ReadonlySet<RequestKind> = new Set([
  'access',
  'rectification',
  'erasure',
  'portability',
]);
export const needsIdentity = ({ kind }: DataRequest): boolean => IDENTIFIED.has(kind);

/** The refusals the law knows for a kind; those of every kind come last. */
const OWN_REFUSALS: Readonly<Record<RequestKind, readonly RefusalCode[]>> = {
  access: ['othersRights'],
  rectification: ['accurate'],
  erasure: ['exception'],
  restriction: ['exception'],
  portability: ['notPortable', 'othersRights'],
  objection: [],
  withdrawal: [],
};
export const refusalsOf = (kind: RequestKind): readonly RefusalCode[] => [
  ...OWN_REFUSALS[kind],
  'unfounded',
  'excessive',
  'identity',
];

export interface CountedReading {
  readonly name: string;
  readonly reading: Reading;
  readonly counts: boolean;
}

/** Every way to count that applies to the request; one of them counts. */
export function readingsOf({ request, deadline }: RequestFile): readonly CountedReading[] {
  const { month, fromIdentity, threeMonthsFromReceipt, twoMonthsAfterTheFirst } = deadline;
  const extended = request.extendedAt !== null;
  const earlier =
    threeMonthsFromReceipt.endsOn < twoMonthsAfterTheFirst.endsOn
      ? threeMonthsFromReceipt
      : twoMonthsAfterTheFirst;
  const rows: CountedReading[] = [{ name: t('deadline.month'), reading: month, counts: !extended }];
  if (fromIdentity && fromIdentity.endsOn !== month.endsOn) {
    rows.push({ name: t('deadline.fromIdentity'), reading: fromIdentity, counts: false });
  }
  for (const [key, reading] of [
    ['deadline.fromReceipt', threeMonthsFromReceipt],
    ['deadline.afterFirst', twoMonthsAfterTheFirst],
  ] as const) {
    rows.push({ name: t(key), reading, counts: extended && reading === earlier });
  }
  return rows;
}

/** Which days an end was moved over, in words. */
export const movedOver = ({ skipped }: Reading): string =>
  list(
    skipped.map(({ day: on, why, name }) =>
      t('deadline.skipped', { date: day(on), why: name === '' ? t(`deadline.why.${why}`) : name }),
    ),
  );

/** The name of a country in the language of the page. */
export const countryName = (code: string): string =>
  new Intl.DisplayNames([locale.lang], { type: 'region' }).of(code) ?? code;

/** What a code of the ledger says, by the kind of its event. */
export function codeWords(what: string, code: string | null): string | null {
  if (code === null) return null;
  const group = CODE_GROUP[what];
  return group === undefined ? code : tData(`${group}.${code}`, code);
}
const CODE_GROUP: Readonly<Record<string, string>> = {
  identityChecked: 'identity.how',
  extended: 'extend.ground',
  refused: 'refuse.code',
  restricted: 'restrict.ground',
  closed: 'requests.outcome',
};

/** Letters and balances need words that can be followed; the contract asks for as many. */
export const REASON_MIN = 10;
export const isReason = (words: string): boolean => words.trim().length >= REASON_MIN;
