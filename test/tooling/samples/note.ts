/**
 * Turns a template into a note with gold spans. Templates are plain sentences with three marks:
 * `[a|b]` one of several wordings, `{m?x:y}` x for a man and y for a woman, `{slot}` a value that the
 * person, the place or chance fills in. A slot's value brings its label, so a span is never searched for
 * afterwards and cannot be wrong.
 */
import type { Random } from '../../../shared/domain/random.ts';
import type { Span } from '../../../shared/domain/spans.ts';

export const LABELS = [
  'NAME',
  'DATE',
  'AGE',
  'RECORD_NUMBER',
  'PHONE',
  'EMAIL',
  'ADDRESS',
  'POSTCODE',
  'PLACE',
  'ORGANIZATION',
  'ACCOUNT',
] as const;
export type SampleLabel = (typeof LABELS)[number];

/** A labeled value, or words without a label. */
export type Filler = { readonly text: string; readonly label: SampleLabel } | string;
/** A slot is told which one follows it: a title depends on whose it is. */
export type Slots = Readonly<Record<string, (next: string) => Filler>>;

/** One line or paragraph: the wordings it may take. An empty wording leaves it out; alone, it is a blank line. */
export type Line = readonly string[];

export interface NoteKind {
  /** Part of the file's name. */
  readonly name: string;
  readonly category: 'clinical' | 'bank';
  /** Lines in order; each becomes one line of the note. */
  readonly lines: readonly Line[];
}

export interface WrittenNote {
  readonly text: string;
  readonly spans: readonly Span[];
}

export function writeNote(
  kind: NoteKind,
  slots: Slots,
  person: { readonly male: boolean },
  random: Random,
): WrittenNote {
  let text = '';
  const spans: Span[] = [];
  for (const wordings of kind.lines) {
    const wording = random.pick(wordings);
    if (wording === '' && wordings.length > 1) continue;
    if (text !== '') text += '\n';
    const chosen = wording
      .replace(/\[([^\]]*)\]/g, (_, options: string) => random.pick(options.split('|')))
      .replace(/\{m\?([^:}]*):([^}]*)\}/g, (_, he: string, she: string) =>
        person.male ? he : she,
      );
    let at = 0;
    const matches = [...chosen.matchAll(/\{([A-Za-z0-9]+)\}/g)];
    for (const [index, match] of matches.entries()) {
      text += chosen.slice(at, match.index);
      at = match.index + match[0].length;
      const slot = slots[match[1]!];
      if (slot === undefined) throw new Error(`${kind.name}: unknown slot ${match[0]}`);
      const filler = slot(matches[index + 1]?.[1] ?? '');
      if (typeof filler === 'string') text += filler;
      else {
        spans.push({
          start: text.length,
          end: text.length + filler.text.length,
          label: filler.label,
        });
        text += filler.text;
      }
    }
    text += chosen.slice(at);
  }
  return { text: `${text}\n`, spans };
}
