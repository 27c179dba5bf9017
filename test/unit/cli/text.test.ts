import { describe, expect, it } from 'vitest';
import {
  bar,
  bytes,
  cells,
  duration,
  facts,
  printable,
  sparkline,
  table,
} from '../../../main/cli/text.ts';

describe('text layout', () => {
  it('counts cells of the terminal, not code units', () => {
    expect(cells('abc')).toBe(3);
    expect(cells('病历')).toBe(4);
    expect(cells('e\u0301')).toBe(1);
    expect(cells('𠮷')).toBe(2);
  });

  it('aligns numbers right and texts left, wide characters included', () => {
    expect(
      table(
        ['label', 'count'],
        [
          ['病历', 7],
          ['NAME', 1234],
          ['x', null],
        ],
      ),
    ).toBe(['label  count', '病历       7', 'NAME    1234', 'x          –'].join('\n'));
    expect(
      facts([
        ['a', 1],
        ['longer', 'x'],
      ]),
    ).toBe('a       1\nlonger  x');
  });

  it('keeps control characters of a hostile name off the terminal', () => {
    expect(printable('a\u001b[2Jb\n')).toBe('a\ufffd[2Jb\ufffd');
    expect(table(['x'], [['\u001b]0;title\u0007']])).not.toContain('\u001b');
  });

  it('draws bars, curves, durations and sizes', () => {
    expect(bar(0.5, 4)).toBe('██░░');
    expect(bar(7, 2)).toBe('██');
    expect(sparkline([0, 1, 2, 3], 4)).toBe('▁▃▆█');
    expect(sparkline([5, 5], 4)).toBe('▁▁');
    expect([
      ...sparkline(
        Array.from({ length: 1000 }, (_, at) => at),
        10,
      ),
    ]).toHaveLength(10);
    expect(duration(3671)).toBe('1:01:11');
    expect(duration(59.6)).toBe('1:00');
    expect(bytes(1536)).toBe('1.5 KiB');
  });
});
