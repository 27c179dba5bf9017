// Labeling under a person's hand: real keys, a real mouse, real line breaking, against the stub core. What
// counts is what the core was told, so every assertion on a label reads the task the stub holds.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../fakes/stub/core.ts';
import { id, type StubTask } from '../fakes/stub/fixtures.ts';
import {
  accessibilityFaults,
  browserMissing,
  clippedControls,
  goTo,
  launch,
  openPage,
  type OpenOptions,
  type OpenPage,
} from './support.ts';

interface Given {
  readonly text?: string;
  readonly language?: string;
  readonly marks?: readonly (readonly [words: string, label: string])[];
  readonly suggestions?: readonly (readonly [words: string, label: string])[];
}
interface Bench extends OpenPage {
  readonly text: string;
  readonly task: StubTask;
  /** What is labeled, as `label: words`, in the order of the text. */
  labeled(): readonly string[];
}

const SENTENCE = 'Seen today: Margaret Holloway, MRN 680551. Review with Dr Whitcombe.';

describe.skipIf(browserMissing())('labeling', () => {
  let browser: Browser;
  const opened: OpenPage[] = [];
  beforeAll(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** The first note of the project, open and with the given text; others stay as they are. */
  async function bench(given: Given = {}, options: OpenOptions = {}): Promise<Bench> {
    const open = await openPage(browser, options);
    open.page.setDefaultTimeout(5000);
    opened.push(open);
    const { vault } = open.stub.context;
    const document = vault.documents[0]!;
    const task = vault.tasks.get(vault.projects[0]!.projectId)![0]!;
    const text = given.text ?? SENTENCE;
    Object.assign(document.note, { text, language: given.language ?? 'en', spans: [] });
    const place = ([words, label]: readonly [string, string]) => {
      const start = text.indexOf(words);
      expect(start, `“${words}” stands in the text`).toBeGreaterThanOrEqual(0);
      return { start, end: start + words.length, label };
    };
    task.completed = false;
    task.annotations = (given.marks ?? []).map((mark, n) => ({
      ...place(mark),
      annotationId: id('ann', 800_000 + n),
      annotator: 'Reader A',
      origin: 'human' as const,
      at: '2026-11-23T10:00:00.000Z',
    }));
    task.suggestions = (given.suggestions ?? []).map((mark, n) => ({
      ...place(mark),
      suggestionId: id('sug', 800_000 + n),
      modelId: vault.models[0]!.modelId,
      model: 'Ward 7 tagger, standard',
      score: 0.91,
    }));
    await goTo(open.page, '/labeling');

    await open.page.waitForSelector('article');
    const labeled = () =>
      task.annotations
        .toSorted((a, b) => a.start - b.start)
        .map(({ start, end, label }) => `${label}: ${text.slice(start, end)}`);
    return { ...open, text, task, labeled };
  }

  /** Waits for the core's answer to be on screen, then compares what the core holds. */
  async function expectLabeled(on: Bench, wanted: readonly string[]): Promise<void> {
    await expect.poll(on.labeled, { timeout: 3000 }).toEqual(wanted);
    await on.page.waitForTimeout(30);
  }

  async function press(page: Page, ...keys: readonly string[]): Promise<void> {
    for (const key of keys) await page.keyboard.press(key);
  }

  /** The point at the left edge of a character of the text, found apart from the page's own code. */
  const pointAt = (page: Page, offset: number): Promise<{ x: number; y: number }> =>
    page.evaluate((wanted) => {
      const lines = [...document.querySelectorAll<HTMLElement>('article [data-line]')];
      const line = lines.findLast((each) => Number(each.dataset['line']) <= wanted)!;
      const at = wanted - Number(line.dataset['line']);
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      let before = 0;
      let last: Text | null = null;
      for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text) {
        if (node.length === 0) continue;
        if (last !== null) before += last.length;
        last = node;
        if (at < before + node.length) break;
      }
      const index = at - before;
      const atEnd = index >= last!.length;
      const range = document.createRange();
      range.setStart(last!, atEnd ? last!.length - 1 : index);
      range.setEnd(last!, atEnd ? last!.length : index + 1);
      const rects = range.getClientRects();
      const rect = atEnd ? rects[rects.length - 1]! : rects[0]!;
      return { x: atEnd ? rect.right - 0.5 : rect.left + 0.5, y: rect.top + rect.height / 2 };
    }, offset);

  async function drag(page: Page, from: number, to: number): Promise<void> {
    const [a, b] = [await pointAt(page, from), await pointAt(page, to)];
    await page.mouse.move(a.x, a.y);
    await page.mouse.down();
    await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2, { steps: 3 });
    await page.mouse.move(b.x, b.y, { steps: 3 });
    await page.mouse.up();
  }

  async function click(page: Page, offset: number): Promise<void> {
    const { x, y } = await pointAt(page, offset);
    await page.mouse.click(x + 2, y);
  }

  describe('with the keyboard', () => {
    it('marks the word at the caret with the key of a label', async () => {
      const on = await bench();
      await press(on.page, 'w', 'w', '4');
      await expectLabeled(on, ['DATE: Margaret']);
      await press(on.page, 'End', 'ArrowLeft', '1');
      await expectLabeled(on, ['DATE: Margaret', 'NAME: Whitcombe']);
      expect(on.complaints).toEqual([]);
    });

    it('extends by character and by word, and labels without the blanks at the ends', async () => {
      const on = await bench();
      await press(on.page, 'w', 'w', 'Shift+W', 'Shift+W');
      await expect.poll(() => on.page.textContent('footer')).toContain('12–31');
      await press(on.page, 'Shift+ArrowLeft', 'Shift+ArrowLeft', '1');
      await expectLabeled(on, ['NAME: Margaret Holloway']);
      await press(on.page, 'w', 'w', 'Shift+ArrowRight', 'Shift+ArrowRight', '2');
      await expectLabeled(on, ['NAME: Margaret Holloway', 'RECORD: 68']);
      await press(on.page, 'End', 'Shift+Home', '3');
      await expectLabeled(on, [`ADDRESS: ${SENTENCE}`, 'NAME: Margaret Holloway', 'RECORD: 68']);
    });

    it('moves by whole clusters and ends a line before its CR LF', async () => {
      const on = await bench({ text: 'a👩‍⚕️e\u0301好\r\nb', language: 'zh' });
      await press(on.page, 'ArrowRight', 'Shift+ArrowRight', '1');
      await expectLabeled(on, ['NAME: 👩‍⚕️']);
      await press(on.page, 'Shift+ArrowRight', '2');
      await expectLabeled(on, ['NAME: 👩‍⚕️', 'RECORD: e\u0301']);
      await press(on.page, 'Home', 'Shift+End', '3');
      await expectLabeled(on, ['ADDRESS: a👩‍⚕️e\u0301好', 'NAME: 👩‍⚕️', 'RECORD: e\u0301']);
      await press(on.page, 'ArrowRight', 'Shift+ArrowRight', '4');
      await expectLabeled(on, ['ADDRESS: a👩‍⚕️e\u0301好', 'NAME: 👩‍⚕️', 'RECORD: e\u0301', 'DATE: b']);
    });

    it('goes up and down by drawn lines, also where the next line is out of sight', async () => {
      const text = Array.from({ length: 60 }, (_, n) => `Line ${n} of the note.`).join('\n');
      const on = await bench({ text });
      for (let n = 0; n < 45; n += 1) await press(on.page, 'ArrowDown');
      await press(on.page, 'Shift+End', '1');
      await expectLabeled(on, ['NAME: Line 45 of the note.']);
      const [caret, view] = await on.page.evaluate(() => [
        document.querySelector('article .caret')!.getBoundingClientRect().bottom,
        document.querySelector('article')!.parentElement!.getBoundingClientRect().bottom,
      ]);
      expect(caret).toBeLessThan(view!);
    });

    it('undoes and redoes, and says how much', async () => {
      const on = await bench();
      await press(on.page, 'w', 'w', '1');
      await expectLabeled(on, ['NAME: Margaret']);
      await press(on.page, 'w', '1');
      await expectLabeled(on, ['NAME: Margaret', 'NAME: Holloway']);
      await press(on.page, 'Control+k');
      await on.page.getByText('Undo: 2 changes').waitFor();
      await press(on.page, 'Escape');
      await press(on.page, 'u');
      await expectLabeled(on, ['NAME: Margaret']);
      await press(on.page, 'Control+z');
      await expectLabeled(on, []);
      await press(on.page, 'Control+k');
      await on.page.getByText('Redo: 2 changes').waitFor();
      await press(on.page, 'Escape');
      await press(on.page, 'Shift+U', 'Control+Shift+Z');
      await expectLabeled(on, ['NAME: Margaret', 'NAME: Holloway']);
      await press(on.page, 'Shift+U'); // Nothing left to redo: the key does nothing.
      expect(await on.page.locator('[role=dialog]').count()).toBe(0);
    });

    it('decides suggestions with Tab, Enter and X, and lets Tab leave the text after the last', async () => {
      const on = await bench({
        suggestions: [
          ['Margaret Holloway', 'NAME'],
          ['680551', 'RECORD'],
          ['Whitcombe', 'DATE'],
        ],
      });
      await press(on.page, 'Tab', 'Enter');
      await expectLabeled(on, ['NAME: Margaret Holloway']);
      await press(on.page, 'x');
      await expect.poll(() => on.task.suggestions.length).toBe(1);
      expect(on.labeled()).toEqual(['NAME: Margaret Holloway']);
      await press(on.page, '1'); // Another label than the suggested one.
      await expectLabeled(on, ['NAME: Margaret Holloway', 'NAME: Whitcombe']);
      expect(on.task.suggestions).toEqual([]);
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
      await press(on.page, 'Tab');
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).not.toBe('ARTICLE');
    });

    it('never makes Tab a trap: it passes each suggestion once and then goes on', async () => {
      const on = await bench({
        suggestions: [
          ['Margaret', 'NAME'],
          ['680551', 'RECORD'],
        ],
      });
      await press(on.page, 'Tab', 'Tab');
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
      await press(on.page, 'Tab');
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
      await press(on.page, 'Shift+Tab');
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
      await press(on.page, 'Shift+Tab', 'Shift+Tab');
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).not.toBe('ARTICLE');
    });

    it('goes to the next and the previous note, and completes with one key', async () => {
      const on = await bench();
      await on.page.getByText('Note 1 of 28').waitFor();
      await press(on.page, 'j');
      await on.page.getByText('Note 2 of 28').waitFor();
      await press(on.page, 'k');
      await on.page.getByText('Note 1 of 28').waitFor();
      await press(on.page, 'k');
      await on.page.getByText('There is no further note in this direction.').waitFor();
      expect(await on.page.textContent('article')).toContain('Margaret Holloway');
      await press(on.page, 'Control+Enter');
      await on.page.getByText('Note 19 of 28').waitFor(); // The next that is not done.
      expect(on.task.completed).toBe(true);
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
    });

    it('finds words from the caret on and around, and goes to a note by its number', async () => {
      const on = await bench({ text: 'One ward.\nTwo WARD.\nThree ward.' });
      await press(on.page, '/');
      await on.page.keyboard.type('ward');
      // Painted as a highlight: the selection of the browser stays with the field.
      const selected = () =>
        on.page.evaluate(() => [...(CSS.highlights.get('labeling-selection') ?? [])].map(String));
      await press(on.page, 'Enter', 'Enter');
      await expect.poll(selected).toEqual(['WARD']);
      await press(on.page, 'Enter', 'Enter');
      await expect.poll(() => on.page.textContent('footer')).toContain('Span 4–8');
      await on.page.keyboard.type('xyz');
      await press(on.page, 'Enter');
      await on.page.getByText('Not found').waitFor();
      expect(on.labeled()).toEqual([]);
      await press(on.page, 'Escape', '5');
      await expectLabeled(on, ['AGE: ward']);
      await press(on.page, 'g');
      await on.page.keyboard.type('3');
      await press(on.page, 'Enter');
      await on.page.getByText('Note 3 of 28').waitFor();
      await press(on.page, 'g');
      await on.page.keyboard.type('999');
      await press(on.page, 'Enter');
      await on.page.getByText('No such note, or it is withheld').waitFor();
    });

    it('labels nothing while an input method composes or a field has the focus', async () => {
      const on = await bench();
      await press(on.page, 'w', 'w');
      await on.page.evaluate(() => {
        const target = document.querySelector('article')!;
        const key = (init: KeyboardEventInit & { keyCode?: number }) =>
          target.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...init }));
        key({ key: '1', isComposing: true });
        key({ key: 'Process', keyCode: 229 });
        key({ key: '1', keyCode: 229 });
      });
      await press(on.page, 'g');
      await on.page.keyboard.type('12');
      expect(await on.page.inputValue('.finder input')).toBe('12');
      await press(on.page, 'Escape', 'Control+k');
      await on.page.keyboard.type('1');
      await on.page.waitForTimeout(80);
      expect(on.labeled()).toEqual([]);
      await press(on.page, 'Escape', '1'); // The same key labels as soon as the text has it.
      await expectLabeled(on, ['NAME: Margaret']);
    });
  });

  describe('with the mouse', () => {
    const text =
      'Dr. 👩‍⚕️ Nu\u0301n\u0303ez, 周秀英 und 🇪🇸 Straße.\r\nZweite Zeile, 37073 Göttingen.\r\n\r\nEnde.';
    const cases: readonly (readonly [name: string, words: string])[] = [
      ['an emoji of several code points', '👩‍⚕️'],
      ['letters with combining marks', 'Nu\u0301n\u0303ez'],
      ['characters without blanks', '周秀英'],
      ['a flag', '🇪🇸'],
      ['a place after a line break', '37073 Göttingen'],
      ['a stretch across lines ended by CR LF', 'Straße.\r\nZweite Zeile'],
      ['a stretch across an empty line', 'Göttingen.\r\n\r\nEnde.'],
    ];
    it.each(cases)('labels exactly %s', async (_, words) => {
      const on = await bench({ text, language: 'de' });
      const start = text.indexOf(words);
      await drag(on.page, start, start + words.length);
      await press(on.page, '3');
      await expectLabeled(on, [`ADDRESS: ${words}`]);
      await press(on.page, 'u');
      await expectLabeled(on, []);
      await drag(on.page, start + words.length, start); // From the end to the start.
      await press(on.page, '4');
      await expectLabeled(on, [`DATE: ${words}`]);
      expect(on.complaints).toEqual([]);
    });

    it('keeps exact offsets over and beside marks', async () => {
      const on = await bench({
        marks: [
          ['Holloway, MRN', 'RECORD'],
          ['Holloway', 'NAME'],
        ],
      });
      const start = SENTENCE.indexOf('garet');
      await drag(on.page, start, start + 'garet Hollow'.length);
      await press(on.page, '5');
      await expectLabeled(on, ['AGE: garet Hollow', 'RECORD: Holloway, MRN', 'NAME: Holloway']);
    });

    it('selects a word by double click and labels it', async () => {
      const on = await bench();
      const { x, y } = await pointAt(on.page, SENTENCE.indexOf('Holloway') + 3);
      await on.page.mouse.dblclick(x, y);
      await press(on.page, '1');
      await expectLabeled(on, ['NAME: Holloway']);
    });

    it('selects a mark by click; another label changes it, X removes it', async () => {
      const on = await bench({ marks: [['680551', 'DATE']] });
      await click(on.page, SENTENCE.indexOf('680551') + 2);
      const side = on.page.locator('aside');
      await side.getByText('Marked by Reader A').waitFor();
      expect(await side.textContent()).toContain('Days, not years alone.');
      await press(on.page, '2');
      await expectLabeled(on, ['RECORD: 680551']);
      await press(on.page, 'x');
      await expectLabeled(on, []);
      await press(on.page, 'u');
      await expectLabeled(on, ['RECORD: 680551']);
    });

    it('reaches a span inside another by click, and the outer one by the next', async () => {
      const on = await bench({
        marks: [
          ['Margaret Holloway, MRN', 'ADDRESS'],
          ['Holloway', 'NAME'],
        ],
      });
      const inside = SENTENCE.indexOf('Holloway') + 2;
      await click(on.page, inside);
      await press(on.page, 'x');
      await expectLabeled(on, ['ADDRESS: Margaret Holloway, MRN']);
      await press(on.page, 'u');
      await expectLabeled(on, ['ADDRESS: Margaret Holloway, MRN', 'NAME: Holloway']);
      await click(on.page, inside);
      await click(on.page, inside);
      await press(on.page, 'x');
      await expectLabeled(on, ['NAME: Holloway']);
    });

    it('labels a selection by a click on the label in the panel', async () => {
      const on = await bench();
      const start = SENTENCE.indexOf('680551');
      await drag(on.page, start, start + 6);
      await on.page.locator('aside').getByRole('button', { name: 'Record number' }).first().click();
      await expectLabeled(on, ['RECORD: 680551']);
    });
  });

  it('never moves a letter by marks, tags, suggestions or a selected mark', async () => {
    const text = `${SENTENCE} AVATAR To refill: Difficult, fluff, VAT. `.repeat(8).trim();
    const letters = (page: Page) =>
      page.evaluate(() => {
        const article = document.querySelector('article')!;
        const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        const rects: number[][] = [];
        for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text) {
          for (let i = 0; i < node.length; i += 1) {
            range.setStart(node, i);
            range.setEnd(node, i + 1);
            const { left, top, right } = range.getBoundingClientRect();
            rects.push([left, top, right]);
          }
        }
        return rects;
      });
    const plain = await bench({ text });
    const before = await letters(plain.page);
    expect(before.length).toBe(text.length);
    const marked = await bench({
      text,
      marks: [
        [text.slice(5, 160), 'ADDRESS'],
        ['Margaret Holloway', 'NAME'],
        ['Holloway, MRN 680551. Review', 'RECORD'],
        ['MRN', 'PLACE'],
        ['VATA', 'PLACE'],
        ['ref', 'NAME'],
        ['ff', 'NAME'],
        ['lu', 'NAME'],
        ['V', 'AGE'],
      ],
      suggestions: [
        ['today', 'DATE'],
        ['680551', 'RECORD'],
      ],
    });
    // Places are kept in 64ths of a pixel, and rounded once per fragment.
    const moved = async (page: Page): Promise<number> => {
      const after = await letters(page);
      expect(after.length).toBe(before.length);
      return Math.max(
        ...after.flatMap((rect, i) => rect.map((v, k) => Math.abs(v - before[i]![k]!))),
      );
    };
    expect(await moved(marked.page)).toBeLessThan(0.25);
    await press(marked.page, 'Tab');
    await marked.page.locator('aside').getByText('Suggested by').waitFor();
    expect(await moved(marked.page)).toBeLessThan(0.25);
  });

  describe('when something is in the way', () => {
    it('tells of a stale edit, shows what is stored now, and keeps nothing of its own', async () => {
      const on = await bench();
      on.task.revision += 1;
      on.task.annotations = [
        {
          annotationId: id('ann', 800_100),
          start: 35,
          end: 41,
          label: 'RECORD',
          annotator: 'Reader B',
          origin: 'human',
          at: '2026-11-23T10:00:00.000Z',
        },
      ];
      await press(on.page, 'w', 'w', '1');
      const dialog = on.page.getByRole('dialog');
      await dialog.getByText('STALE_EDIT').waitFor();
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      const spans = on.page.locator('aside .spans li');
      await expect.poll(() => spans.count()).toBe(1);
      expect(await spans.textContent()).toContain('680551');
      expect(on.labeled()).toEqual(['RECORD: 680551']);
      await press(on.page, '1');
      await expectLabeled(on, ['NAME: Margaret', 'RECORD: 680551']);
    });

    it('does not show a label that was not stored, and does not complete the note', async () => {
      const on = await bench();
      const full = new Refusal('DISK_FULL', 'The disk that holds the vault has 0 bytes left.');
      on.stub.context.refusals.set('label.apply', full).set('task.complete', full);
      await press(on.page, 'w', 'w', '1');
      const dialog = on.page.getByRole('dialog');
      await dialog.getByText('DISK_FULL').waitFor();
      expect(await on.page.locator('article .mark').count()).toBe(0);
      expect(await on.page.textContent('footer')).not.toContain('Storing');
      await press(on.page, 'Escape');
      await press(on.page, 'Control+Enter');
      await dialog.getByText('DISK_FULL').waitFor();
      await press(on.page, 'Escape');
      await on.page.getByText('Note 1 of 28').waitFor();
      on.stub.context.refusals.clear();
      await press(on.page, '1');
      await expectLabeled(on, ['NAME: Margaret']);
    });

    it('takes a note away as soon as it is withheld, and shows the way on', async () => {
      const on = await bench();
      on.stub.context.vault.subjects[0]!.state = 'restricted';
      on.stub.context.changed('consent');
      await on.page.getByRole('heading', { name: /withheld/i }).waitFor();
      expect(await on.page.textContent('body')).not.toContain('Margaret Holloway');
      await press(on.page, 'j');
      await on.page.waitForSelector('article');
      expect(await on.page.textContent('article')).not.toContain('Seen today');
    });

    it('offers the next step where there is no project, and where every note is done', async () => {
      const empty = await openPage(browser, { scenario: 'empty', route: '/labeling' });
      await empty.page.getByRole('heading', { name: 'No labeling project yet' }).waitFor();
      await empty.page.getByRole('button', { name: 'New labeling project' }).click();
      await empty.page.getByRole('dialog').waitFor();
      expect(empty.complaints).toEqual([]);
      await empty.close();
      const on = await openPage(browser);
      const { vault } = on.stub.context;
      for (const task of vault.tasks.get(vault.projects[0]!.projectId)!) task.completed = true;
      await goTo(on.page, '/labeling');
      await on.page.getByRole('heading', { name: 'Every note is done' }).waitFor();
      await on.page.getByRole('button', { name: 'Go to snapshots' }).click();
      await expect.poll(() => on.page.url()).toContain('#/snapshots');
      await on.close();
    });

    it('says what happened when nothing can be read, and tries again', async () => {
      const on = await openPage(browser, { scenario: 'failing', route: '/labeling' });
      await on.page.getByText('DISK_FULL').waitFor();
      await on.page.getByRole('button', { name: /again/i }).waitFor();
      await on.close();
    });

    it('follows the purpose chip: another purpose hides the project, its own brings it back', async () => {
      const on = await bench();
      await on.page.locator('.purpose-chip').click();
      await on.page.getByRole('button', { name: /Quality review/ }).click();
      await on.page.getByRole('heading', { name: 'No labeling project yet' }).waitFor();
      expect(await on.page.textContent('body')).not.toContain('Margaret Holloway');
      await on.page.locator('.purpose-chip').click();
      await on.page.getByRole('button', { name: /Train a de-identifier/ }).click();
      await on.page.waitForSelector('article');
      expect(await on.page.textContent('article')).toContain('Margaret Holloway');
    });
  });

  it('asks a model for suggestions and accepts all of them', async () => {
    const on = await openPage(browser, { route: '/labeling' });
    await on.page.waitForSelector('article');
    const { vault } = on.stub.context;
    const task = vault.tasks.get(vault.projects[0]!.projectId)!.find((each) => !each.completed)!;
    await press(on.page, 's');
    await expect.poll(() => task.suggestions[0]?.score).toBe(0.91);
    await on.page.locator('aside').getByText('91%').first().waitFor();
    const count = task.suggestions.length + task.annotations.length;
    await press(on.page, 'Shift+Enter');
    await expect.poll(() => task.annotations.length).toBe(count);
    expect(task.suggestions).toEqual([]);
    await on.close();
  });

  describe('on the screen', () => {
    const given: Given = {
      marks: [['Margaret Holloway', 'NAME']],
      suggestions: [['680551', 'RECORD']],
    };
    it.each(['light', 'dark', 'contrast'] as const)('is accessible in %s', async (theme) => {
      const on = await bench(given, { theme });
      await press(on.page, 'Tab');
      expect(await accessibilityFaults(on.page)).toEqual([]);
      expect(on.complaints).toEqual([]);
    });

    const sizes = [
      ['1024 x 700', { width: 1024, height: 700 }, 1],
      ['1440 x 900 at 200 %', { width: 720, height: 450 }, 2],
    ] as const;
    for (const [name, size, scale] of sizes) {
      it.each(['en', 'de', 'zh'] as const)(`clips no control at ${name} in %s`, async (locale) => {
        const on = await bench(given, { size, scale, locale });
        await press(on.page, 'Tab', '/');
        expect(await clippedControls(on.page)).toEqual([]);
        const article = on.page.locator('article');
        expect(await article.evaluate((e) => e.parentElement!.scrollWidth)).toBeLessThanOrEqual(
          await article.evaluate((e) => e.parentElement!.clientWidth),
        );
      });
    }

    it('folds the context panel first, and brings it back on request', async () => {
      const on = await bench(given, { size: { width: 720, height: 450 }, scale: 2 });
      expect(await on.page.locator('aside').count()).toBe(0);
      await on.page.keyboard.press('Control+b');
      await on.page.locator('aside').getByText('Name', { exact: true }).first().waitFor();
    });

    it('keeps its bar on one line at 1440 in every language', async () => {
      for (const locale of ['en', 'de', 'zh'] as const) {
        const on = await bench(given, { locale });
        const height = await on.page
          .locator('main .bar')
          .first()
          .evaluate((e) => e.clientHeight);
        expect(height, locale).toBeLessThan(50);
      }
    });
  });
});
