/**
 * One person's day from an empty folder to a verified log, through the interface alone: the real page, a
 * real core, a real compute process. Each step builds on the one before; after the first that fails, the
 * rest is skipped.
 */
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM, skipsWithoutChromium } from '../fakes/chromium.ts';
import { HEADER_PATTERN, prepareNotes, type JourneyNotes } from './journeyNotes.ts';
import { openRealHouse, temporaryFolder, type RealHouse } from './realHouse.ts';

const PASSPHRASE = 'copper meadow lantern seventeen quiet';
const PURPOSE = 'Find personal data in ward notes';
const EPOCHS = 12;

describe.skipIf(skipsWithoutChromium())('a day with the program', () => {
  const temporary = temporaryFolder();
  let notes: JourneyNotes;
  let house: RealHouse;
  let page: Page;
  let failed = false;

  const open = async (): Promise<void> => {
    house = await openRealHouse({ vault: `${temporary.path}/vault`, chromium: CHROMIUM ?? '' });
    page = house.page;
  };
  const silent = (): void => {
    expect(house.complaints).toEqual([]);
    expect(house.strangers).toEqual([]);
  };

  beforeAll(async () => {
    process.env['LC_ALL'] = 'en_US.UTF-8'; // A fresh vault speaks the language of the machine.
    notes = prepareNotes(temporary.path);
    await open();
  });
  afterAll(async () => {
    await house?.close();
    temporary.remove();
  });
  beforeEach((context) => {
    if (failed) context.skip('an earlier step failed');
    context.onTestFailed(async () => {
      failed = true;
      const picture = process.env['JOURNEY_PICTURE'];
      if (picture) await page.screenshot({ path: picture });
    });
  });

  // What a person sees, by its name.
  const button = (name: string | RegExp): Locator =>
    page.getByRole('button', { name, exact: typeof name === 'string' }).first();
  const region = (name: string): Locator => page.getByRole('region', { name, exact: true });
  const dialog = (): Locator => page.getByRole('dialog');
  const row = (text: string): Locator => page.getByRole('row').filter({ hasText: text }).first();
  const pick = (name: string): Promise<void> =>
    page.getByRole('radio', { name, exact: true }).locator('..').click();
  const go = async (room: string): Promise<void> => {
    await page.locator(`nav a[href="#/${room}"]`).click();
    await page.waitForFunction((hash) => location.hash.startsWith(hash), `#/${room}`);
  };
  const fact = async (of: Locator, name: string): Promise<string> =>
    (await of.locator('.stat', { hasText: name }).first().innerText()).replaceAll('\n', ' ');
  const unlock = async (): Promise<void> => {
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await button('Unlock').click();
    await page.getByRole('navigation').waitFor();
  };
  const spanCount = async (): Promise<number> => region('Spans in this note').locator('li').count();

  it('creates a vault', async () => {
    await page.getByRole('heading', { name: 'Create a vault' }).waitFor();
    await page.getByRole('radio', { name: 'I work alone' }).check();
    await page.getByLabel('Name of the vault').fill('Ward 12');
    await page.getByLabel('Your name').fill('Ines Castro');
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await page.getByLabel('The same passphrase again').fill('something else');
    await page.getByText('The two differ.').waitFor();
    expect(await button('Create the vault').isDisabled()).toBe(true);
    await page.getByLabel('The same passphrase again').fill(PASSPHRASE);
    await button('Create the vault').click();
    await button('I have it on paper').waitFor();
    const code = (await page.locator('.print-sheet .code span').allTextContents()).join(' ');
    expect(code).toMatch(/^([0-9A-Z]{4} ?){7}$/);
    await button('I have it on paper').click();
    await page.getByLabel('Type the code back from the paper').fill(code.toLowerCase());
    await button('Check the code').click();
    await page.getByRole('heading', { name: 'Home', exact: true }).waitFor();
    await page.getByText('No network').first().waitFor();
  });

  it('imports what is good and names what is not, file and line', async () => {
    await go('documents');
    await button('Import notes').click();
    await dialog().locator('input[webkitdirectory]').setInputFiles(notes.folder);
    await dialog().getByText('What is wrong, and where').waitFor();
    await pick('A pattern in the text');
    await dialog().getByLabel('Pattern with one group').fill(HEADER_PATTERN);
    const count = notes.good.length;
    await dialog()
      .getByText(
        `${count} of ${count} notes have a number; ${notes.people.length} different people`,
      )
      .waitFor();
    for (const { file, line } of [notes.brokenAnnotation, notes.brokenEncoding]) {
      await dialog().getByText(`${file}, line ${line}`).waitFor();
    }
    await button(`Import ${count} notes`).click();
    await dialog().getByText(`${count} notes imported into “ward”`).waitFor();
    expect(await fact(dialog(), 'Added')).toContain(String(count));
    expect(await fact(dialog(), 'Rejected')).toContain('1');
    await button('Show the collection').click();
    await page.getByText(`${count} documents`).first().waitFor();
  });

  it('shows no text before a purpose is declared, and none before consent', async () => {
    await row(notes.open).click();
    await page.getByText('Choose a purpose first').waitFor();
    await go('consent');
    await button('Declare a purpose').click();
    await dialog().getByLabel('Name', { exact: true }).fill(PURPOSE);
    await dialog().getByText('This purpose rests on consent').waitFor();
    await button('Declare').click();
    await page.getByRole('heading', { name: PURPOSE }).waitFor();
    await page.getByText('6(1)(a) Consent + 9(2)(a) Explicit consent').waitFor();
    const chip = page.locator('.purpose-chip');
    await chip.getByText(`Purpose: ${PURPOSE}`).waitFor();
    await chip.getByText(`${notes.good.length} withheld`).waitFor();
  });

  it('reads under the purpose once people have agreed', async () => {
    await pick('People');
    await button('Record for several').click();
    const keys = notes.people.map(({ key }) => key);
    await dialog()
      .getByLabel('Record numbers, one per line')
      .fill([...keys, '999'].join('\n'));
    await dialog().getByLabel('Where the proof lies').fill('folder 7');
    await button('Record').click();
    await dialog().getByText(`Recorded for ${keys.length} people.`).waitFor();
    await dialog().getByText('1 number is not known here: 999').waitFor();
    await button('Close').click();
    await page.locator('.purpose-chip.fine').waitFor();
    await go('documents');
    await row(notes.open).click();
    await page.getByText('Mr Coverdale, 41 yrs').waitFor();
  });

  it('withholds from the next read on when one person withdraws', async () => {
    const person = notes.people.at(-1)!;
    await go('consent');
    await page.getByLabel('Find a number').fill(person.key);
    await row(person.key).click();
    await button('Withdraw').click();
    await page.getByText('The gate denies from the next read on').waitFor();
    await page.getByText('recorded by Ines Castro').first().waitFor();
    await page.locator('.purpose-chip').getByText(`${person.notes.length} withheld`).waitFor();
    await go('documents');
    await row(person.notes[0]!).getByText('Withheld', { exact: true }).waitFor();
    await row(person.notes[0]!).click();
    await page.getByText('The gate did not release this text').waitFor();
    await page.getByText('consent withdrawn').first().waitFor();
    await pick('Withheld');
    await page.getByText(`${person.notes.length} document`).first().waitFor();
  });

  it('shows what de-identification would do, side by side', async () => {
    await pick('All');
    await row(notes.open).click();
    await page.getByText('Mr Coverdale, 41 yrs').waitFor();
    await button('De-identification').click();
    const [original, result] = [
      page.locator('.both > div').nth(0),
      page.locator('.both > div').nth(1),
    ];
    await original.getByText('417648').waitFor();
    expect(await result.innerText()).not.toContain('417648');
    await pick('Type');
    await result.getByText('[').first().waitFor();
    expect(await result.innerText()).not.toContain('01632 960559');
    await button('Back to the text').click();
  });

  it('labels by keyboard and by mouse, and takes it back', async () => {
    await go('labeling');
    await button('New labeling project').click();
    await dialog().getByLabel('Name', { exact: true }).fill('Ward notes');
    await dialog()
      .getByLabel(/Take over the \d+ spans that came with the import/)
      .waitFor();
    await button('Create project').click();
    // Labels that came with the import are finished work; the note without any is what is left.
    const text = page.getByRole('article', { name: 'Text of the note' });
    await text.getByText('MRN: 417648').waitFor();
    expect(await spanCount()).toBe(0);

    // Keyboard: find the name, mark it with the key of the label.
    const key = await region('Labels').locator('button', { hasText: 'NAME' }).innerText();
    await page.keyboard.press('/');
    await page.getByLabel('Find in this note').fill('Benedict Kaminski');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.press(key.trim()[0]!);
    await region('Spans in this note').getByText('Benedict Kaminski').waitFor();
    // Keyboard alone: by words, extended by a word.
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+W');
    await page.keyboard.press(key.trim()[0]!);
    await expect.poll(spanCount).toBe(2);
    // Mouse: a double click takes the word, a click on the label marks it.
    const word = await placeOf(text, 'Yarrowmouth');
    await page.mouse.dblclick(word.x, word.y);
    await region('Labels').locator('button', { hasText: 'PLACE' }).click();
    await region('Spans in this note').getByText('Yarrowmouth').waitFor();
    expect(await spanCount()).toBe(3);
    // Mouse: a drag across two words.
    const [from, to] = [
      await placeOf(text, 'Frank', 'start'),
      await placeOf(text, 'Hathersage', 'end'),
    ];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
    await region('Labels').locator('button', { hasText: 'NAME' }).click();
    await region('Spans in this note').getByText('Frank Hathersage').waitFor();

    for (const left of [3, 2, 1]) {
      await text.focus();
      await page.keyboard.press('u');
      await expect.poll(spanCount).toBe(left);
    }
    await page.keyboard.press('Shift+U');
    await expect.poll(spanCount).toBe(2);
    await page.keyboard.press('u');
    await page.keyboard.press('u');
    await expect.poll(spanCount).toBe(0);
  });

  it('freezes what a model will see', async () => {
    await go('snapshots');
    await button('Freeze a snapshot').click();
    await dialog().getByLabel('Name', { exact: true }).fill('First freeze');
    await button('Freeze').click();
    await page.getByRole('grid', { name: 'Snapshots' }).getByText('First freeze').waitFor();
    // The unfinished note and the person who withdrew stay out, and it says so.
    await page.getByText('labels not finished').waitFor();
    await page.getByText('consent withdrawn').first().waitFor();
  });

  it('trains, stops at once when told, and goes on where it was', async () => {
    await go('training');
    await button('Train a model').click();
    await page.getByText('All as the preset says').click();
    await page.getByLabel('Epochs', { exact: true }).fill(String(EPOCHS));
    await button(/^Begin/).click();
    const progress = page.getByRole('progressbar', { name: 'Progress of the training' });
    await progress.waitFor();
    await page.waitForFunction(() => {
      const bar = document.querySelector('[aria-label="Progress of the training"]');
      return Number(bar?.getAttribute('aria-valuenow') ?? 0) > 0;
    });
    await page.getByRole('main').getByRole('button', { name: 'Cancel' }).click();
    await page
      .getByText(/This run stopped at step [\d,]+\. Its last checkpoint is stored/)
      .waitFor();
    await button('Resume').click();
    await page
      .getByText('This run has no model yet.')
      .waitFor({ state: 'detached', timeout: 60_000 });
    await page.getByText('In use').waitFor();
    await page.locator('.uplot canvas').waitFor();
    expect(await fact(page.locator('main'), 'Best F1')).toMatch(/0\.\d{4}/);
  });

  it('evaluates with an interval and the count it rests on', async () => {
    await go('evaluation');
    await button(/^Evaluate/).click();
    const grid = page.getByRole('grid').first();
    await grid.getByText('NAME', { exact: true }).waitFor({ timeout: 30_000 });
    expect(await fact(page.locator('main'), 'F1')).toMatch(/0\.\d{4}/);
    await page.locator('pre', { hasText: 'weighted avg' }).waitFor();
  });

  it('suggests labels on the note nobody has labeled', async () => {
    await go('labeling');
    const text = page.getByRole('article', { name: 'Text of the note' });
    await text.getByText('MRN: 417648').waitFor();
    await text.focus();
    await page.keyboard.press('s');
    await expect.poll(spanCount, { timeout: 20_000 }).toBeGreaterThan(0);
    const suggested = await spanCount();
    await text.focus();
    await page.keyboard.press('Tab');
    await page.getByText(/Suggested by .*, score \d+\s?%\./).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('x');
    await expect.poll(spanCount).toBe(suggested - 1);
  });

  it('writes reports and shows one', async () => {
    await go('reports');
    await button('Write reports for a model').click();
    await button('Write').click();
    const frame = page.frameLocator('iframe');
    await frame.getByRole('heading').first().waitFor();
    await expectStyled(frame);
    const kinds = page.getByRole('grid', { name: 'Reports' });
    await kinds.getByText('Model card').first().waitFor();
    await kinds.getByText('Evaluation').first().waitFor();
  });

  it('answers an access request with a pack', async () => {
    const person = notes.people[0]!;
    await go('requests');
    await button('Enter a request').click();
    await dialog().getByLabel('Record number of the person').fill(person.key);
    await button('Enter').click();
    await button('Record the check').click();
    await page.getByText('No copy of a document was kept.').waitFor();
    await button('Make the pack').click();
    await page.getByText('The pack is ready.').waitFor();
    expect(await fact(page.locator('main'), 'Notes')).toContain(String(person.notes.length));
    await button('Read the pack').click();
    await page.frameLocator('iframe').getByText(person.key).first().waitFor();
  });

  it('says so when the core dies, and has lost nothing', async () => {
    silent();
    await house.killCore();
    await page.getByText('The vault process has ended').waitFor();
    expect(await page.locator('nav').count()).toBe(0);
    await house.close();
    await open();
    await page.getByRole('heading', { name: 'Unlock Ward 12' }).waitFor();
    await unlock();
    await go('reports');
    await page.getByRole('grid').getByText('Model card').first().waitFor();
    await go('documents');
    await page.getByText(`${notes.good.length} documents`).first().waitFor();
  });

  it('erases a person, proves it, and marks the model', async () => {
    const person = notes.people[0]!;
    await go('requests');
    await button('Enter a request').click();
    await pick('Erasure');
    await dialog().getByLabel('Record number of the person').fill(person.key);
    await button('Enter').click();
    await button('Record the check').click();
    await page.getByText('Erasure cannot be undone.').waitFor();
    const typed = page.getByLabel(/^Type .* to order the erasure$/);
    const phrase = /^Type (.*) to order/.exec(
      await page.locator('label', { hasText: 'to order the erasure' }).innerText(),
    )![1]!;
    await typed.fill(`${phrase}x`);
    expect(await button('Erase this person').isDisabled()).toBe(true);
    await typed.fill(phrase);
    await button('Erase this person').click();
    await page.getByText(/^Proven: .* Nothing was found\.$/).waitFor({ timeout: 30_000 });
    await go('documents');
    await page
      .getByText(`${notes.good.length - person.notes.length} documents`)
      .first()
      .waitFor();
    await go('training');
    await page.getByRole('grid', { name: 'Runs' }).getByText('Stale', { exact: true }).waitFor();
    await go('labeling');
    await page.getByRole('article', { name: 'Text of the note' }).waitFor();
    await region('Suggestions').waitFor();
    expect(await page.getByRole('button', { name: /^Suggest/ }).count()).toBe(0);
  });

  it('verifies the log', async () => {
    await go('audit');
    await button('Verify the log').click();
    await page.getByText('The chain is whole').waitFor();
    await page.getByRole('grid').getByText('Person erased').first().waitFor();
  });

  it('changes language and theme, goes blank when locked, and opens again as it was', async () => {
    await go('settings');
    await pick('Dark');
    await pick('Deutsch');
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    await page.getByRole('button', { name: 'Tresor sperren' }).first().click();
    await page.getByLabel('Passphrase', { exact: true }).waitFor();
    const seen = await page.locator('body').innerText();
    for (const word of ['Ward notes', 'First freeze', PURPOSE]) expect(seen).not.toContain(word);
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await page.locator('form button[type=submit]').click();
    await page.getByRole('navigation').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    // The lock left a signed head behind; this opening continues it.
    await page.getByText('Protokoll seit dem letzten Mal unversehrt').waitFor();
    await go('snapshots');
    await page.getByText('First freeze').first().waitFor();
    await go('evaluation');
    await page.locator('pre', { hasText: 'weighted avg' }).waitFor();
    silent();
  });

  /** The middle of the words on screen, or one of their ends. */
  async function placeOf(
    text: Locator,
    words: string,
    where: 'middle' | 'start' | 'end' = 'middle',
  ): Promise<{ x: number; y: number }> {
    const box = await text.evaluate((article, sought) => {
      const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.textContent?.indexOf(sought) ?? -1;
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + sought.length);
        range.startContainer.parentElement?.scrollIntoView({ block: 'center' });
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x, y, width, height };
      }
      throw new Error(`"${sought}" is not on screen`);
    }, words);
    const share = { start: 0, middle: 0.5, end: 1 }[where];
    return { x: box.x + box.width * share, y: box.y + box.height / 2 };
  }

  /** The style of a report is taken out of its text because of the content policy; it must arrive. */
  async function expectStyled(frame: FrameLocator): Promise<void> {
    const sheets = await frame.locator('html').evaluate(() => document.adoptedStyleSheets.length);
    expect(sheets).toBe(1);
  }
});
