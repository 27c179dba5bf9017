// Evaluation as a person reads it: which way of counting, how sure, out of how many, and the report as text.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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

describe.skipIf(browserMissing())('evaluation', () => {
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

  async function room(options: OpenOptions = {}): Promise<OpenPage> {
    const on = await openPage(browser, options);
    opened.push(on);
    on.page.setDefaultTimeout(5000);
    await goTo(on.page, '/evaluation');
    return on;
  }

  it('switches the way of counting in the headline and in the table together', async () => {
    const on = await room();
    const { exact, seqevalDefault, tokenScores } = on.stub.context.vault.evaluations[0]!;
    const headline = on.page.locator('.stats');
    const table = on.page.getByRole('grid', { name: 'Scores' });
    const four = (value: number) => value.toFixed(4);
    const shows = async (f1: number, average: number) => {
      await expect.poll(() => headline.locator('.stat').first().textContent()).toContain(four(f1));
      const row = table.getByRole('row', { name: /macro average/ });
      await expect.poll(() => row.textContent()).toContain(four(average));
    };
    await shows(exact.micro.f1, exact.macro.f1);
    expect(await headline.textContent()).toContain(
      `95 %: ${four(exact.interval!.low)} to ${four(exact.interval!.high)}`,
    );
    await on.page.getByText('seqeval', { exact: true }).click();
    await shows(seqevalDefault.micro.f1, seqevalDefault.macro.f1);
    await on.page.getByText('as conlleval reads them').waitFor();
    await on.page.keyboard.press('ArrowRight'); // One group, walked with the arrows.
    await on.page.getByText('IOB2 taken at its word').waitFor();
    await on.page.keyboard.press('ArrowRight');
    await table.getByText('B-NAME').waitFor();
    await shows(tokenScores.micro.f1, tokenScores.macro.f1);
    // No interval is known for tokens: the number stands with its n, and claims no more.
    expect(await headline.textContent()).not.toContain('95 %');
    expect(await headline.textContent()).toMatch(/n\s=\s1,118\stokens/);
    expect(on.complaints).toEqual([]);
  });

  it('gives the report as text, to the character', async () => {
    const on = await room();
    const { classificationReport } = on.stub.context.vault.evaluations[0]!;
    expect(await on.page.locator('pre').textContent()).toBe(classificationReport);
  });

  it('says when a score has no interval, and why', async () => {
    const on = await openPage(browser);
    opened.push(on);
    const { evaluations } = on.stub.context.vault;
    evaluations[0] = { ...evaluations[0]!, exact: { ...evaluations[0]!.exact, interval: null } };
    await goTo(on.page, '/evaluation');
    await on.page.getByText(/no interval: too few notes/).waitFor();
  });

  it('shows an earlier evaluation and what became of its model', async () => {
    const on = await room();
    await on.page.getByLabel('Evaluation', { exact: true }).selectOption({ index: 1 });
    await on.page
      .locator('main')
      .getByText(/gives no suggestions any more/)
      .waitFor();
    await on.page.locator('aside').getByText('Ward 7 tagger, quick').waitFor();
  });

  it('runs on a usable model, writes the report and leads to it', async () => {
    const on = await room();
    const asked: string[] = [];
    const { receive } = on.stub;
    Object.assign(on.stub, {
      receive: (message: Parameters<typeof receive>[0]) => {
        if ('p' in message) asked.push(message.p);
        receive(message);
      },
    });
    await on.page.keyboard.press('n');
    await expect.poll(() => asked).toContain('evaluate.run');
    await on.page.getByRole('button', { name: 'Write card and report' }).click();
    await expect.poll(() => on.page.url()).toContain('#/reports');
    expect(asked).toContain('report.write');
  });

  it('leads to the training while there is no model, and says what failed', async () => {
    const empty = await openPage(browser, { scenario: 'empty', route: '/evaluation' });
    opened.push(empty);
    await empty.page.getByRole('heading', { name: 'Nothing has been evaluated yet' }).waitFor();
    await empty.page.getByRole('button', { name: 'Go to training' }).click();
    await expect.poll(() => empty.page.url()).toContain('#/training');
    expect(empty.complaints).toEqual([]);
    const failing = await openPage(browser, { scenario: 'failing', route: '/evaluation' });
    opened.push(failing);
    await failing.page.getByText('DISK_FULL').waitFor();
  });

  it.each(['light', 'dark', 'contrast'] as const)('is accessible in %s', async (theme) => {
    const on = await room({ theme });
    expect(await accessibilityFaults(on.page)).toEqual([]);
    expect(on.complaints).toEqual([]);
  });

  it.each([
    ['en', { width: 1024, height: 700 }],
    ['de', { width: 1024, height: 700 }],
    ['de', { width: 720, height: 450 }],
    ['zh', { width: 720, height: 450 }],
  ] as const)('clips no control in %s at %o', async (locale, size) => {
    const on = await room({ locale, size });
    expect(await clippedControls(on.page)).toEqual([]);
  });
});
