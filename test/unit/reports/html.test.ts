import { describe, expect, it } from 'vitest';
import { html, trusted } from '../../../main/reports/html.ts';
import { lossCurve, runningMean, ticks } from '../../../main/reports/charts.ts';
import { factList, moment, table } from '../../../main/reports/facts.ts';
import { page } from '../../../main/reports/page.ts';

describe('html', () => {
  it('escapes what is interpolated, also inside lists and attributes', () => {
    const evil = `"><script>alert('1')</script>&`;
    expect(html`<p title="${evil}">${[evil]}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;">&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;</p>',
    );
  });

  it('leaves its own markup, drops nothing-values, keeps zero', () => {
    expect(html`${html`<b>${1}</b>`}${null}${undefined}${false}${0}${trusted('<i>')}`.text).toBe(
      '<b>1</b>0<i>',
    );
  });
});

describe('facts', () => {
  it('say MISSING where nobody said anything, and nothing else', () => {
    const text = factList([
      { name: 'Owner', value: null },
      { name: 'Count', value: 0, auditSeq: 7 },
    ]).text;
    expect(text.match(/MISSING/g)).toHaveLength(1);
    expect(text).toContain('leaf 7');
  });

  it('make a table whose empty cells are flagged', () => {
    const text = table({
      caption: 'A caption',
      rows: [{ a: 'x', b: null }],
      columns: [
        { title: 'A', heads: true, cell: ({ a }) => a },
        { title: 'B', cell: ({ b }) => b },
      ],
    }).text;
    expect(text).toMatch(/<th scope="row">x<\/th>/);
    expect(text).toContain('MISSING');
  });

  it('spell a moment the same everywhere', () => {
    expect(moment('2026-11-23T09:05:00.000Z')).toBe('23 November 2026, 09:05 UTC');
  });
});

describe('charts', () => {
  it('have round ticks', () => {
    expect(ticks(0, 1, 4)).toEqual([0, 0.5, 1]);
    expect(ticks(0, 2.3, 4)).toEqual([0, 1, 2]);
    expect(ticks(0, 0.31, 4)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticks(5, 5, 4)).toEqual([5]);
  });

  it('average over neighbors, fewer at the ends', () => {
    expect(runningMean([1, 2, 3, 8], 1)).toEqual([1.5, 2, 13 / 3, 5.5]);
  });

  it('draw finite numbers only, also for a flat or a single-step run', () => {
    const point = (step: number, loss: number, devF1: number | null) => ({
      step,
      epoch: step,
      loss,
      learningRate: 0.1,
      devF1,
      at: '2026-11-23T09:00:00.000Z',
    });
    for (const points of [
      [point(1, 0, null)],
      [point(0, 2, null), point(1, 2, 1)],
      [point(3, 1e-9, 0), point(900, 40, 0.5)],
    ]) {
      const { text } = lossCurve(points);
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});

describe('a page', () => {
  it('is one file with a language, no script, nothing to fetch, and a policy that forbids both', () => {
    const text = page({
      title: 'A <b>',
      kind: 'Model card',
      lead: html`lead`,
      top: html``,
      sections: [
        {
          title: 'One',
          body: html`<pre class="x">${'  two\n    three'}</pre>`,
        },
      ],
      foot: html`foot`,
    });
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(text).not.toMatch(/<script|<link|<img|url\(|@import|https?:/i);
    expect(text).toContain('prefers-color-scheme:dark');
    expect(text).toContain('@media print');
    expect(text).toContain('<title>A &lt;b&gt;: Model card</title>');
    expect(text).toContain('<pre class="x">  two\n    three</pre>');
  });
});
