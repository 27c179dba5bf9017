/** The folder the journey imports: clinical notes of the bundled corpus, and two things gone wrong on the way. */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SAMPLES = fileURLToPath(new URL('../../resources/samples', import.meta.url));

/** Finds the record number in the header of every bundled note; see resources/samples/README.md. */
export const HEADER_PATTERN =
  '^(?:MRN|NHC|Fallnummer|病案号|Customer no\\.|N\\.º de cliente|Kundennummer|客户编号)[:：] ?(\\d+)';

export interface JourneyNotes {
  readonly folder: string;
  /** Names, without ending, of the notes that can be imported, in order. */
  readonly good: readonly string[];
  /** The one nobody has labeled yet. */
  readonly open: string;
  readonly brokenAnnotation: { readonly file: string; readonly line: number };
  readonly brokenEncoding: { readonly file: string; readonly line: number };
  /** Record numbers of the good notes, most notes first. */
  readonly people: readonly { readonly key: string; readonly notes: readonly string[] }[];
}

export function prepareNotes(parent: string): JourneyNotes {
  const folder = join(parent, 'ward');
  mkdirSync(folder);
  const source = join(SAMPLES, 'train', 'clinical');
  const labeled = readdirSync(source).filter((name) => /^en-.*\.(?:txt|ann)$/.test(name));
  for (const name of labeled) cpSync(join(source, name), join(folder, name));
  const open = 'arrival';
  cpSync(join(SAMPLES, 'unlabeled', 'en-discharge-01.txt'), join(folder, `${open}.txt`));

  const annotation = 'en-nursing-01.ann';
  appendFileSync(join(folder, annotation), 'T99 NAME somewhere\n');
  const lines = readFileSync(join(folder, annotation), 'utf8').split('\n');
  // The second line as an old editor would have saved it: é as one byte, which is no UTF-8.
  writeFileSync(
    join(folder, 'old-editor.txt'),
    Buffer.from('MRN: 1\nSeen by Dr Andr\xe9.\n', 'latin1'),
  );

  const good = [
    ...labeled.filter((name) => name.endsWith('.txt')).map((name) => name.slice(0, -4)),
    open,
  ].sort();
  return {
    folder,
    good,
    open,
    brokenAnnotation: { file: annotation, line: lines.indexOf('T99 NAME somewhere') + 1 },
    brokenEncoding: { file: 'old-editor.txt', line: 2 },
    people: peopleOf(folder, good),
  };
}

function peopleOf(folder: string, notes: readonly string[]): JourneyNotes['people'] {
  const pattern = new RegExp(HEADER_PATTERN, 'mu');
  const byKey = Map.groupBy(notes, (note) => {
    const key = pattern.exec(readFileSync(join(folder, `${note}.txt`), 'utf8'))?.[1];
    if (key === undefined) throw new Error(`The note ${note} has no record number in its header`);
    return key;
  });
  return [...byKey]
    .map(([key, notes]) => ({ key, notes }))
    .sort((a, b) => b.notes.length - a.notes.length || (a.key < b.key ? -1 : 1));
}
