import type { SampleNote } from './corpus.ts';
import { LABELS } from './note.ts';

/** Finds the record number in the header of every sample note. */
export const RECORD_PATTERN =
  '^(?:MRN|NHC|Fallnummer|病案号|Customer no\\.|N\\.º de cliente|Kundennummer|客户编号)[:：] ?(\\d+)';

export function readme(notes: readonly SampleNote[]): string {
  const count = (split: SampleNote['split'], language?: string): number =>
    notes.filter((n) => n.split === split && (language === undefined || n.language === language))
      .length;
  const people = new Set(
    notes.filter((n) => n.split === 'train' || n.split === 'dev').map((n) => n.recordNumber),
  );
  const spans = (label: string): number =>
    notes
      .filter((n) => n.split === 'train' || n.split === 'dev')
      .reduce((sum, n) => sum + n.spans.filter((span) => span.label === label).length, 0);
  const table = (rows: readonly (readonly (string | number)[])[]): string =>
    rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
  return `# Sample corpus

Notes about people who do not exist, written for Cloister by the generator in
\`test/tooling/samples\`. \`npm run samples\` writes every file of this folder again, byte for byte; a
test compares. Clinical notes (discharge letters, nursing notes, radiology reports, emergency records)
and bank notes (customer letters, loan memos, complaints) in English, Spanish, German and Simplified
Chinese, with gold spans in brat standoff.

Licence: CC0 1.0. Do with them what you like.

${table([
  ['folder', 'notes', 'en', 'es', 'de', 'zh'],
  ['---', '--:', '--:', '--:', '--:', '--:'],
  ...(['train', 'dev', 'unlabeled'] as const).map((split) => [
    `\`${split}/\``,
    count(split),
    ...['en', 'es', 'de', 'zh'].map((language) => count(split, language)),
  ]),
])}

${people.size} people have notes in \`train\` or \`dev\`, many of them several. The two folders share
no name, street, town, hospital or bank.

${table([['label', 'spans'], ['---', '--:'], ...LABELS.map((label) => [`\`${label}\``, spans(label)])])}

## What lies here

- \`train/\`, \`dev/\`: \`clinical\` and \`bank\`, brat pairs \`.txt\` and \`.ann\` with \`annotation.conf\`. Offsets
  are code points, as brat defines them; some notes hold an emoji or a rare Chinese character, so that
  other units do not fit. A span is the value alone: \`67 years\`, not \`(67 years)\`; a street with its
  number is \`ADDRESS\`, postcode and town stand apart.
- \`unlabeled/\`: notes without \`.ann\`, to ask a model about.
- \`formats/\`: the same kind of note as CoNLL columns (IOB2), JSON lines (offsets in UTF-16), CSV and plain
  text.
- \`metadata.csv\`: language, kind, record number and day of every note.
- \`consent.csv\`: what people decided about the notice, in order of time. About nine in ten agreed; some
  withdrew later (two rows), some refused, some were never asked (no row).

Every note carries a record number in its header. This pattern finds it, with the flag \`m\`:

\`\`\`
${RECORD_PATTERN}
\`\`\`

## Nobody's data

Names, streets, towns, hospitals and banks are invented. Telephone numbers come from ranges reserved
for fiction (Ofcom, Bundesnetzagentur) or never assigned (Spain 555, China 12x); postcodes, bank codes and
card prefixes from ranges that do not exist; e-mail addresses end in \`.example\` (RFC 2606). Account
numbers carry valid check digits. The medicine is plausible prose, not advice.
`;
}
