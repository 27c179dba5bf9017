// What the demo is run on: the bundled corpus, or a folder of brat notes that nobody here wrote.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { InputOf } from '../../../shared/contract/index.ts';
import { usage } from '../failure.ts';

export interface ImportStep {
  readonly path: string;
  /** `open`: notes that nobody has labeled yet. */
  readonly collection: 'train' | 'dev' | 'open';
  readonly category: 'health' | 'finance';
}

/** What people decided, in order of time. Undefined: everybody the notes are about agreed. */
export interface Decision {
  readonly key: string;
  readonly decision: 'given' | 'refused' | 'withdrawn';
  /** YYYY-MM-DD. */
  readonly day: string;
}

export interface DemoPlan {
  readonly title: string;
  readonly imports: readonly ImportStep[];
  readonly subjectPattern: string;
  readonly language: string | null;
  readonly purpose: InputOf<'purpose.declare'>;
  readonly decisions: readonly Decision[] | undefined;
  readonly preset: 'quick' | 'standard';
  /** After the erasure, train once more without that person, so that the vault ends with a usable model. */
  readonly trainsAgain: boolean;
  /** Notes nobody has labeled; the model is asked about the first. */
  readonly unlabeled: readonly { readonly name: string; readonly text: string }[];
}

const EVERY_OPERATION: InputOf<'purpose.declare'>['operations'] = [
  'read',
  'deidentify',
  'label',
  'train',
  'evaluate',
  'suggest',
  'export',
];

export function samplesPlan(folder: string): DemoPlan {
  if (!existsSync(join(folder, 'train'))) {
    throw usage(
      `The bundled corpus is missing at ${folder}. Run "npm run samples".`,
      'SOURCE_NOT_FOUND',
    );
  }
  const parts = (['train', 'dev'] as const).flatMap((collection) =>
    (
      [
        ['clinical', 'health'],
        ['bank', 'finance'],
      ] as const
    ).map(([name, category]) => ({ path: join(folder, collection, name), collection, category })),
  );
  return {
    title: 'the bundled corpus (people who do not exist, in four languages)',
    imports: [
      ...parts,
      { path: join(folder, 'unlabeled'), collection: 'open', category: 'health' },
    ],
    subjectPattern:
      '^(?:MRN|NHC|Fallnummer|病案号|Customer no\\.|N\\.º de cliente|Kundennummer|客户编号)[:：] ?(\\d+)',
    language: null,
    purpose: {
      name: 'Find personal data in notes',
      description:
        'Train and check a model that finds personal data, so that notes can be shared without it.',
      operations: EVERY_OPERATION,
      categories: ['health', 'finance'],
      basis: { article6: '6(1)(a)', article9: '9(2)(a)' },
    },
    decisions: readDecisions(readFileSync(join(folder, 'consent.csv'), 'utf8')),
    preset: 'quick',
    trainsAgain: true,
    unlabeled: readNotes(join(folder, 'unlabeled')),
  };
}

/** `FOLDER/train/brat` and `FOLDER/dev/brat`, the person in the note as `NHC: 123`. */
export function folderPlan(folder: string): DemoPlan {
  const imports = (['train', 'dev'] as const).map((collection) => ({
    path: join(folder, collection, 'brat'),
    collection,
    category: 'health' as const,
  }));
  for (const { path } of imports) {
    if (!existsSync(path)) {
      throw usage(
        `There is no ${path}. --data wants a folder with train/brat and dev/brat in it.`,
        'SOURCE_NOT_FOUND',
      );
    }
  }
  const [first] = readNotes(imports[1]?.path ?? '', 1);
  return {
    title: folder,
    imports,
    subjectPattern: 'NHC:\\s*(\\d+)',
    language: 'es',
    purpose: {
      name: 'Research on de-identification',
      description: 'Scientific research: a model that finds personal data in case reports.',
      operations: EVERY_OPERATION,
      categories: ['health'],
      basis: { article6: '6(1)(a)', article9: '9(2)(j)' },
    },
    decisions: undefined,
    preset: 'standard',
    trainsAgain: false,
    unlabeled: first ? [first] : [],
  };
}

export function readDecisions(csv: string): readonly Decision[] {
  const rows = parse<Record<string, string>>(csv, { columns: true, bom: true, trim: true });
  return rows.map((row, index) => {
    const { record_number: key = '', decision = '', date: day = '' } = row;
    if (!key || !isDecision(decision) || !/^\d{4}-\d{2}-\d{2}$/.test(day)) {
      throw usage(`The consent file is damaged at line ${index + 2}.`, 'SOURCE_UNREADABLE');
    }
    return { key, decision, day };
  });
}

const isDecision = (text: string): text is Decision['decision'] =>
  text === 'given' || text === 'refused' || text === 'withdrawn';

/** Consecutive rows with the same decision on the same day go to the core in one call. */
export function batches(decisions: readonly Decision[]): readonly {
  readonly decision: Decision['decision'];
  readonly day: string;
  readonly keys: string[];
}[] {
  const found: { decision: Decision['decision']; day: string; keys: string[] }[] = [];
  for (const { key, decision, day } of decisions) {
    const last = found.at(-1);
    if (last?.decision === decision && last.day === day) last.keys.push(key);
    else found.push({ decision, day, keys: [key] });
  }
  return found;
}

function readNotes(folder: string, limit = 50): { name: string; text: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .slice(0, limit)
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}
