import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFindings, byType } from '../../../main/deid/apply.ts';
import { resolveFindings } from '../../../main/deid/resolve.ts';
import { createMemoryBook, createSurrogates } from '../../../main/deid/surrogates/index.ts';
import { shiftDate } from '../../../main/deid/surrogates/dates.ts';
import { recognize, DEID_LABELS, type Finding } from '../../../main/deid/index.ts';

const pieces = fc.array(
  fc.constantFrom('Ada', 'é', 'e\u0301', '😊', '👩‍👩‍👧', '中', ' ', '\r\n', '-', '7', 'ع'),
  { minLength: 1, maxLength: 30 },
);
const wild = fc.tuple(
  pieces.map((parts) => parts.join('')),
  fc.array(
    fc.tuple(
      fc.nat(60),
      fc.nat(60),
      fc.constantFrom(...DEID_LABELS),
      fc.integer({ min: 50, max: 99 }),
    ),
    { maxLength: 12 },
  ),
);
const findingsOf = (
  text: string,
  raw: readonly (readonly [number, number, Finding['label'], number])[],
): Finding[] =>
  raw
    .map(([a, b, label, score]) => ({
      start: Math.min(a, b),
      end: Math.min(text.length, Math.max(a, b)),
      label,
      score: score / 100,
      rule: 'test',
    }))
    .filter(({ start, end }) => start < end);

describe('overlapping findings', () => {
  it('leave no letter or digit that any rule found, and touch nothing else', () => {
    fc.assert(
      fc.property(wild, ([text, raw]) => {
        const findings = findingsOf(text, raw);
        const resolved = resolveFindings(text, findings);
        for (const [index, finding] of resolved.entries()) {
          expect(finding.end).toBeGreaterThan(finding.start);
          expect(finding.start).toBeGreaterThanOrEqual(resolved[index - 1]?.end ?? 0);
        }
        const inside = (at: number, of: readonly Finding[]): boolean =>
          of.some(({ start, end }) => start <= at && at < end);
        for (let at = 0; at < text.length; at += 1) {
          if (/[\p{L}\p{N}]/u.test(text.charAt(at)) && inside(at, findings))
            expect(inside(at, resolved)).toBe(true);
        }
        const applied = applyFindings(text, resolved, byType);
        expect(applied.text.isWellFormed()).toBe(text.isWellFormed());
        // Putting the originals back gives the original: what no finding covers is byte for byte the same.
        let back = '';
        let from = 0;
        for (const { start, end, resultStart, resultEnd } of applied.findings) {
          back += applied.text.slice(from, resultStart) + text.slice(start, end);
          from = resultEnd;
        }
        expect(back + applied.text.slice(from)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('carry labels to their places in the result', () => {
    const text = 'Ada met Bea in Rome.';
    const finding = { start: 0, end: 3, label: 'NAME' as const, rule: 't', score: 1 };
    const { place, text: result } = applyFindings(
      text,
      [finding, { ...finding, start: 15, end: 19, label: 'PLACE' }],
      byType,
    );
    const at = (start: number, end: number): string => {
      const moved = place({ start, end });
      return result.slice(moved.start, moved.end);
    };
    expect(result).toBe('[NAME] met Bea in [PLACE].');
    expect([at(0, 3), at(8, 11), at(15, 19), at(1, 2), at(8, 19), at(0, 20)]).toEqual([
      '[NAME]',
      'Bea',
      '[PLACE]',
      '[NAME]',
      'Bea in [PLACE]',
      result,
    ]);
  });
});

describe('dates of a surrogate', () => {
  const how = { language: 'en', yearOfNote: 2024 };
  it('keep every interval to the day, and the form', () => {
    const pad = (value: number): string => String(value).padStart(2, '0');
    const spell = (date: Date): string[] => {
      const [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
      return [`${y}-${pad(m)}-${pad(d)}`, `${pad(d)}/${pad(m)}/${y}`, `${y}年${m}月${d}日`];
    };
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1910-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
        fc.integer({ min: -364, max: -1 }),
        (date, days) => {
          const moved = new Date(date.getTime() + days * 86_400_000);
          expect(spell(date).map((text) => shiftDate(text, days, how))).toEqual(spell(moved));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['1st June 2024', -1, 'en', '31st May 2024'],
    ['22nd of March 2024', 1, 'en', '23rd of March 2024'],
    ['31-May-2024', 1, 'en', '1-June-2024'],
    ['10. MÄRZ 2024', 30, 'de', '9. APRIL 2024'],
    ['17 de abril de 2024', 20, 'es', '7 de mayo de 2024'],
    ['8 June', -10, 'en', '29 May'],
    ['septiembre de 2000', -40, 'es', 'agosto de 2000'],
    ['5月15日', -10, 'zh', '5月5日'],
    ['2025.7.16', -10, 'zh', '2025.7.6'],
    ['29.05.25', -60, 'de', '30.03.25'],
  ])('move %s by %i days to %s: %s', (date, days, language, expected) => {
    expect(shiftDate(date, days, { language, yearOfNote: 2024 })).toBe(expected);
  });
});

describe('surrogates of one person', () => {
  const make = (text: string, key: number, book = createMemoryBook()): string => {
    const findings = recognize(text);
    const options = { key: Buffer.alloc(32, key), book, locale: 'es' as const };
    return applyFindings(text, findings, createSurrogates(text, findings, options)).text;
  };
  const note =
    'Nombre: Pedro.\nApellidos: Peñalver Rivera.\nNHC: 2569870.\nFecha de Ingreso: 17/06/2016.\nPEÑALVER acude con el Dr. Peñalver Rivera. Alta 20/06/2016.';

  it('are the same every time, others for others, and never the original', () => {
    const result = make(note, 1);
    expect(make(note, 1)).toBe(result);
    expect(make(note, 2)).not.toBe(result);
    for (const original of ['Pedro', 'Peñalver', 'PEÑALVER', 'Rivera', '2569870', '17/06/2016']) {
      expect(result).not.toContain(original);
    }
    const surname = /Apellidos: (\p{L}+) (\p{L}+)\./u.exec(result);
    expect(result).toContain(
      `${surname?.[1]?.toUpperCase()} acude con el Dr. ${surname?.[1]} ${surname?.[2]}.`,
    );
    const [from = '', to = ''] = [...result.matchAll(/(\d\d)\/(\d\d)\/(\d{4})/g)].map(
      ([, d, m, y]) => `${y}-${m}-${d}`,
    );
    expect(Date.parse(to) - Date.parse(from)).toBe(3 * 86_400_000);
  });

  it('hold from one note to the next through the book', () => {
    const book = createMemoryBook();
    const first = make(note, 1, book);
    const second = make('Paciente: Pedro Peñalver Rivera.\nNHC: 2569870.', 1, book);
    const given = /Nombre: (\p{L}+)/u.exec(first)?.[1] ?? '?';
    const number = /NHC: (\d+)/.exec(first)?.[1] ?? '?';
    expect(second).toContain(given);
    expect(second).toContain(`NHC: ${number}`);
  });
});
