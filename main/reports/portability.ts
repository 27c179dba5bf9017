/*
 * The answer to a request for portability (GDPR Art. 20): what the person provided, on consent or under a
 * contract, as JSON, as CSV and as a FHIR R4 bundle. What was derived here is named with its hash and not
 * handed over, so that the two cannot be confused.
 */
import type { AccessData, AccessDocument } from '../governance/index.ts';
import { canonicalJson, type JsonValue } from '../platform/index.ts';
import { fhirBundle } from './fhir.ts';
import type { NewReport } from './reportArchive.ts';

export interface PortableItem {
  readonly kind: 'identifier' | 'consent' | 'text' | 'copy' | 'label';
  readonly origin: 'provided' | 'derived';
  readonly name: string;
  readonly at: string;
  /** Empty where derived. */
  readonly value: string;
  readonly sha256: string;
}

/** Art. 20(1)(a): whether a category is held on the person's consent or under a contract with them. */
function isPortable({ purposes }: AccessData, category: string): boolean {
  return purposes.some(({ basis, needsConsent, categories, consent }) => {
    if (!(categories as readonly string[]).includes(category)) return false;
    if (needsConsent) return consent === 'given';
    return basis.article6 === '6(1)(b)';
  });
}

export const portableTexts = (data: AccessData): readonly AccessDocument[] =>
  data.documents.filter(({ kind, category }) => kind === 'original' && isPortable(data, category));

export function portableItems(data: AccessData): PortableItem[] {
  const provided = new Set(portableTexts(data));
  return [
    ...data.person.identifiers.map(({ scheme, value }) =>
      item('identifier', 'provided', scheme, data.person.knownSince, value),
    ),
    ...data.consents.map(({ type, purpose, at }) => item('consent', 'provided', purpose, at, type)),
    ...data.documents.flatMap((document) => {
      const { name, importedAt, text, sha256, kind, labels } = document;
      const own: PortableItem[] = provided.has(document)
        ? [{ ...item('text', 'provided', name, importedAt, text), sha256 }]
        : kind === 'original'
          ? []
          : [{ ...item('copy', 'derived', name, importedAt, ''), sha256 }];
      return [
        ...own,
        ...labels.map(({ label }) => item('label', 'derived', label, importedAt, '')),
      ];
    }),
  ];
}

const item = (
  kind: PortableItem['kind'],
  origin: PortableItem['origin'],
  name: string,
  at: string,
  value: string,
): PortableItem => ({ kind, origin, name, at, value, sha256: '' });

export function portabilityFiles(data: AccessData): NewReport['files'] {
  const items = portableItems(data);
  return [
    { name: 'portable.json', mediaType: 'application/json', content: json(packOf(data, items)) },
    { name: 'portable.csv', mediaType: 'text/csv; charset=utf-8', content: csv(items) },
    {
      name: 'portable.fhir.json',
      mediaType: 'application/fhir+json',
      content: json(fhirBundle(data, portableTexts(data))),
    },
  ];
}

const packOf = (
  { request, collectedAt, redaction }: AccessData,
  items: readonly PortableItem[],
) => ({
  schema: 'cloister/portable',
  version: 1,
  request,
  collectedAt,
  /** Passages about other people, left out of the texts (Art. 20(4)). */
  redaction,
  items,
});

function json(value: object): string {
  const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
  return `${JSON.stringify(JSON.parse(canonicalJson(plain)), null, 2)}\n`;
}

const COLUMNS = ['kind', 'origin', 'name', 'at', 'value', 'sha256'] as const;

/** RFC 4180. Every field is quoted: texts hold commas, quotes and line ends of every kind. */
const csv = (items: readonly PortableItem[]): string =>
  [
    COLUMNS.map(quoted).join(','),
    ...items.map((each) => COLUMNS.map((column) => quoted(each[column])).join(',')),
    '',
  ].join('\r\n');

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
