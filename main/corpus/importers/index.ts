// The importers, one per format. Each is a pure reading of a source: no vault, no clock, no options beyond
// encoding and table layout, so the same files always give the same documents and issues.
import type { KnownFormat, ParsedItem, ReadOptions, Source } from '../types.ts';
import { readBrat } from './brat.ts';
import { readConll } from './conll.ts';
import { readCsv } from './csv.ts';
import { readJsonl } from './jsonl.ts';
import { readPlainText } from './plainText.ts';

export { detectFormat } from './detect.ts';

export type Importer = (source: Source, options: ReadOptions) => AsyncGenerator<ParsedItem>;

export const IMPORTERS: Readonly<Record<KnownFormat, Importer>> = {
  brat: readBrat,
  conll: readConll,
  jsonl: readJsonl,
  csv: readCsv,
  text: readPlainText,
};
