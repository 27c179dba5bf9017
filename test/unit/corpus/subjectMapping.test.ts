import { describe, expect, it } from 'vitest';
import { createSubjectMatcher } from '../../../main/corpus/subjectMapping.ts';
import { unwrap } from '../../../shared/kernel/result.ts';

const byPattern = (pattern: string) =>
  createSubjectMatcher({ by: 'pattern', pattern, scheme: 'nhc' });
const note = (text: string, metadata: Record<string, string> = {}) => ({ text, metadata });

describe('how a note finds its person', () => {
  it('takes the first group of a pattern, or a column', () => {
    const pattern = unwrap(byPattern(String.raw`^NHC: ?(\d+)`));
    expect(unwrap(pattern?.find([note('Datos\nNHC: 42.'), note('none')]) ?? never())).toEqual([
      '42',
      null,
    ]);
    const column = unwrap(createSubjectMatcher({ by: 'column', column: 'mrn', scheme: 'mrn' }));
    expect(unwrap(column?.find([note('', { mrn: ' 7 ' }), note('', {})]) ?? never())).toEqual([
      '7',
      null,
    ]);
  });

  it.each([
    ['NHC: (', 'no valid regular expression'],
    [String.raw`NHC: \d+`, 'no group'],
    [String.raw`(\d+)+x`, 'too long'],
    [String.raw`((?:a|aa)+)$`, 'too long'],
  ])('refuses %s', (pattern, why) => {
    const refused = byPattern(pattern);
    expect(refused).toMatchObject({ ok: false, error: { code: 'MAPPING_INVALID' } });
    if (!refused.ok) expect(refused.error.message).toContain(why);
  });

  it('stops a pattern that only a note makes slow', () => {
    const sly = unwrap(byPattern(String.raw`q((?:xy|x)(?:xy|x|y)*)*z`));
    const began = performance.now();
    expect(sly?.find([note(`q${'xy'.repeat(60)}`)])).toMatchObject({
      ok: false,
      error: { code: 'MAPPING_INVALID' },
    });
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

function never(): never {
  throw new Error('no matcher');
}
