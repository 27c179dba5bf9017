// The requests room: every kind from the letter to the answer, with the keyboard alone where a hand is on it.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Refusal } from '../fakes/stub/core.ts';
import {
  accessibilityFaults,
  browserMissing,
  clippedControls,
  launch,
  openPage,
  settled,
  type OpenOptions,
  type OpenPage,
} from './support.ts';

const REQUEST = (n: number) => `/requests/req_01KAR${String(n).padStart(6, '0')}`;
const REASON = 'The notes of four wards have to be looked through by hand.';

describe.skipIf(browserMissing())('requests', () => {
  let browser: Browser;
  let opened: OpenPage | null = null;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    const complaints = opened?.complaints ?? [];
    await opened?.close();
    opened = null;
    expect(complaints).toEqual([]);
  });

  async function open(route: string, options: OpenOptions = {}): Promise<OpenPage> {
    opened = await openPage(browser, { route, ...options });
    await settled(opened.page);
    return opened;
  }
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const ledger = (page: Page) => page.getByRole('region', { name: 'What happened' }).locator('li');
  /** The focus, as a person at the keyboard moves it. */
  async function tabTo(page: Page, name: RegExp): Promise<void> {
    for (let steps = 0; steps < 60; steps += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const { activeElement: at } = document;
        const label = at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : null;
        return (label ?? at?.getAttribute('aria-label') ?? at?.textContent ?? '').trim();
      });
      if (name.test(focused)) return;
    }
    throw new Error(`The keyboard does not reach ${name}`);
  }

  test('stand by the day they are due, the answered ones after them', async () => {
    const { page } = await open('/requests');
    const rows = await page.getByRole('row').allInnerTexts();
    expect(rows.slice(1).map((row) => row.split('\n')[0])).toEqual([
      'Erasure',
      'Portability',
      'Rectification',
      'Access',
      'Objection',
      'Withdrawal',
      'Restriction',
      'Restriction',
      'Erasure',
    ]);
    expect(rows[8]).toContain('In force');
  });

  test('open, identify and carry out, with the keyboard alone', async () => {
    const { page, stub } = await open('/requests');
    await page.locator('#main').focus();
    await page.keyboard.press('n');
    const dialog = page.getByRole('dialog', { name: 'Enter a request' });
    await dialog.waitFor();
    for (let steps = 0; steps < 3; steps += 1) await page.keyboard.press('ArrowDown');
    await tabTo(page, /^Record number/);
    await page.keyboard.type('771318');
    await tabTo(page, /^Enter$/);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Restriction 771318' }).waitFor();
    await tabTo(page, /^Record the check$/);
    await page.keyboard.press('Enter');
    await page.getByText('No copy of a document was kept.').waitFor();
    await tabTo(page, /accuracy is contested/);
    await page.keyboard.press('Space');
    await tabTo(page, /^Restrict now$/);
    await page.keyboard.press('Enter');
    await page.getByText(/^Restricted since/).waitFor();
    const request = stub.context.vault.requests[0]!;
    expect(request).toMatchObject({
      kind: 'restriction',
      identity: { how: 'inPerson' },
      outcome: 'restricted',
      inForce: true,
    });
    expect(await ledger(page).count()).toBe(4);
  });

  test('nothing is handed out before the identity is recorded', async () => {
    const { page } = await open(REQUEST(2));
    expect(await button(page, 'Make the pack').isDisabled()).toBe(true);
    await page.getByText('First the identity').waitFor();
    await page.getByLabel('How the person was known').selectOption('representative');
    await button(page, 'Record the check').click();
    await page.getByText('representative with authority').first().waitFor();
    await button(page, 'Make the pack').click();
    await page.getByText('The pack is ready.').waitFor();
    await page.getByRole('region', { name: 'The pack' }).getByText('Taken out').waitFor();
    expect(await ledger(page).allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('Closed, answered')]),
    );
  });

  test('a deadline shows every reading, the one that counts, and the days it was moved over', async () => {
    const { page } = await open(REQUEST(6));
    await page.getByText('How this day was counted').click();
    const table = page.getByRole('table');
    const rows = await table.getByRole('row').allInnerTexts();
    expect(rows).toHaveLength(5);
    expect(rows.filter((row) => row.includes('Yes'))).toHaveLength(1);
    expect(rows.find((row) => row.includes('Yes'))).toContain('30 Nov 2026');
    await page.getByText('Public holidays: Germany.').waitFor();
    await button(page, 'Look at them').click();
    const dialog = page.getByRole('dialog', { name: 'Public holidays' });
    await dialog.getByText('Fronleichnam').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('more time takes a ground, reasons and a letter, and is given once', async () => {
    const { page } = await open(REQUEST(7));
    await button(page, 'Needs more time').click();
    const extend = button(page, 'Extend and write the letter');
    expect(await extend.isDisabled()).toBe(true);
    await page.getByLabel('Reasons, for the letter').fill('too short');
    expect(await extend.isDisabled()).toBe(true);
    await page.getByLabel('Reasons, for the letter').fill(REASON);
    await extend.click();
    await page.getByText('Due 16 Feb 2027').waitFor();
    await page.getByRole('link', { name: /Your request needs more time/ }).waitFor();
    expect(await button(page, 'Needs more time').isDisabled()).toBe(true);
    await page.getByText('there is no second extension').waitFor();
  });

  test('a refusal without ground and reasons cannot be closed', async () => {
    const { page, stub } = await open(REQUEST(4));
    await button(page, 'Refuse').click();
    const refuse = button(page, 'Refuse and write the letter');
    await page.getByLabel('Reasons, for the letter').fill(REASON);
    expect(await refuse.isDisabled()).toBe(true);
    await page.getByLabel('Ground').selectOption('accurate');
    await page.getByText('names the supervisory authority').waitFor();
    await refuse.click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('refused, 21 days used').waitFor();
    await page.getByRole('link', { name: /Your request is refused/ }).waitFor();
    expect(stub.context.vault.requests.find(({ outcome }) => outcome === 'refused')?.kind).toBe(
      'rectification',
    );
  });

  test('a restriction is lifted only after the person was told', async () => {
    const { page } = await open(REQUEST(5));
    await page.getByText('Restricted since 7 Oct 2026: accuracy is contested.').waitFor();
    expect(await button(page, 'Lift the restriction').count()).toBe(0);
    await page.getByLabel('Reasons, for the letter').fill('The entry was found to be right.');
    await button(page, 'Write the letter').click();
    await button(page, 'Lift the restriction').click();
    await page.getByText(/^The restriction was lifted on/).waitFor();
  });

  test('an objection is decided with its balance', async () => {
    const { page, stub } = await open(REQUEST(7));
    await page.getByText('The use has stopped since').waitFor();
    await page.getByRole('radio', { name: 'The person is right' }).check();
    expect(await button(page, 'Record the decision').isDisabled()).toBe(true);
    await page.getByLabel('The balance').fill('The ward can do without these notes.');
    await button(page, 'Record the decision').click();
    await page.getByText('The objection stands').waitFor();
    expect(stub.context.vault.requests.find(({ outcome }) => outcome === 'upheld')?.inForce).toBe(
      true,
    );
  });

  test('a withdrawal says what follows, before and after', async () => {
    const { page } = await open(REQUEST(8));
    await page.getByText('1 model becomes stale: Ward 7 tagger, standard.').waitFor();
    const withdraw = button(page, 'Withdraw 1 consent');
    await page.getByRole('checkbox').uncheck();
    expect(await page.getByRole('button', { name: /^Withdraw \d/ }).isDisabled()).toBe(true);
    await page.getByRole('checkbox').check();
    await withdraw.click();
    await page.getByText('1 consent withdrawn, 1 model became stale').waitFor();
  });

  test('other people are taken out or left in by single keys', async () => {
    const { page } = await open(`${REQUEST(6)}/redact`);
    const places = page.locator('[data-place]');
    const first = places.first();
    expect(await first.getAttribute('aria-current')).toBe('true');
    const left = async () =>
      Number(/(\d+) places? to decide/.exec(await page.locator('.bar').first().innerText())?.[1]);
    const before = await left();
    await page.locator('#main').focus();
    await page.keyboard.press('s');
    await expect.poll(() => first.innerText()).toContain('stands');
    await expect.poll(left).toBe(before - 1);
    await page.keyboard.press('x');
    await expect.poll(() => page.locator('.bar').first().innerText()).toContain('Note 2 of');
    await page.keyboard.press('k');
    await expect.poll(() => page.locator('.bar').first().innerText()).toContain('Note 1 of');
    await expect.poll(() => places.nth(1).innerText()).toContain('taken out');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('what the rules did not see is selected and taken out', async () => {
    const { page } = await open(`${REQUEST(6)}/redact`);
    const before = await page.locator('[data-place]').count();
    const line = page.locator('article [data-line]').first();
    await line.selectText();
    await page.locator('article').dispatchEvent('pointerup');
    await button(page, 'Take out what is selected M').click();
    await expect.poll(() => page.locator('[data-place]').count()).toBe(before + 1);
  });

  test('a passage is corrected where it stands, and what it reaches is shown first', async () => {
    const { page, stub } = await open(`${REQUEST(4)}/correct`);
    await page.getByLabel('What stands there').fill('Calle del Olmo 11');
    await page.getByText('Place 1 of 1').waitFor();
    expect(await page.locator('article .mark').innerText()).toBe('Calle del Olmo 11');
    await page.getByLabel('What should stand there').fill('Calle del Olmo 12');
    await button(page, 'Put on the list').click();
    const reach = page.getByRole('region', { name: 'What it reaches' });
    await reach.getByText('Ward 7 tagger, standard').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Reasons, for the letter').fill('The house number was mistyped.');
    await button(page, 'Carry out 1 correction').click();
    await page.getByText('Calle del Olmo 12').waitFor();
    expect(
      stub.context.vault.requests.find(({ outcome }) => outcome === 'rectified'),
    ).toBeDefined();
  });

  test('words that do not stand in the note are not corrected', async () => {
    const { page } = await open(`${REQUEST(4)}/correct`);
    await page.getByLabel('What stands there').fill('Calle del Roble');
    await page.getByText('These words do not stand in this note.').waitFor();
    await page.getByLabel('What should stand there').fill('Calle del Olmo');
    expect(await button(page, 'Put on the list').isDisabled()).toBe(true);
  });

  test('a part is kept on a ground with its words and its end', async () => {
    const { page } = await open(REQUEST(1));
    await button(page, 'Keep a part').click();
    const dialog = page.getByRole('dialog', { name: 'Keep a part' });
    const keep = dialog.getByRole('button', { name: 'Keep', exact: true });
    await dialog.getByLabel('What stays').selectOption('consents');
    await dialog.getByLabel('On which ground').selectOption('claims');
    await dialog.getByLabel('Why, in words').fill('A claim about the consent is pending.');
    expect(await keep.isDisabled()).toBe(true);
    await dialog.getByLabel('Until').fill('2027-12-31');
    await keep.click();
    const parts = page.getByRole('region', { name: 'What is to stay' });
    await parts.getByText('legal claims (Art. 17(3)(e))').waitFor();
    await parts.getByText('until 31 Dec 2027').waitFor();
    const phrase = 'ERASE 902340';
    await page.getByLabel(`Type ${phrase} to order the erasure`).fill(phrase);
    await button(page, 'Erase this person').click();
    await page
      .getByRole('dialog', { name: 'Two people for this' })
      .getByText('but keep: the proofs of consent, legal claims (Art. 17(3)(e)), until 31 Dec 2027')
      .waitFor();
    await button(page, 'Cancel').click();
    await button(page, 'Do not keep: Proofs of consent').click();
    await parts.getByText('Nothing: the person is erased whole.').waitFor();
  });

  test('an erasure that is not proven says so, and goes on from there', async () => {
    const { page, stub } = await open(REQUEST(1));
    const request = stub.context.vault.requests.find(({ requestId }) => requestId.endsWith('1'))!;
    Object.assign(request, { state: 'failed' });
    stub.context.changed('requests');
    await page.getByText('Not proven: traces were found').waitFor();
    expect(await page.getByRole('button', { name: 'Refuse' }).count()).toBe(0);
    await button(page, 'Go on erasing').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('an order that is refused by the core stays where it was, with its reason', async () => {
    const { page, stub } = await open(REQUEST(9));
    stub.context.refusals.set(
      'request.carryOut',
      new Refusal('CONFLICT', 'This request restricts nothing now. Nothing was changed.'),
    );
    await page.getByRole('radio', { name: 'accuracy is contested' }).check();
    await button(page, 'Restrict now').click();
    await page.getByRole('dialog', { name: 'This did not work' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await button(page, 'Restrict now').isEnabled()).toBe(true);
  });

  test('what was kept comes up again on its day', async () => {
    const { page } = await open('/requests/kept');
    await page.getByRole('row').nth(1).click();
    await page.getByText('The end date has come').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'Enter its erasure').click();
    const dialog = page.getByRole('dialog', { name: 'Enter a request' });
    expect(await dialog.getByRole('radio', { name: 'Erasure' }).isChecked()).toBe(true);
    expect(await dialog.getByLabel('Record number of the person').inputValue()).toBe('771204');
  });

  test('an auditor reads the file of a request and can do nothing to it', async () => {
    const { page, stub } = await open(REQUEST(2), { scenario: 'locked' });
    stub.context.roles = ['auditor'];
    await page.locator('input[type=password]').fill('correct horse battery staple');
    await button(page, 'Unlock').click();
    await page.getByRole('heading', { name: 'Access 680774' }).waitFor();
    await ledger(page).first().waitFor();
    for (const name of ['Make the pack', 'Refuse', 'Record the check', 'Look through']) {
      expect(await button(page, name).count()).toBe(0);
    }
  });

  test.each([
    ['de', 'light'],
    ['zh', 'dark'],
    ['en', 'dark'],
  ] as const)('every kind fits a small screen in %s, %s', async (locale, theme) => {
    const size = { width: 1024, height: 700 };
    const { page } = await open(REQUEST(1), { locale, theme, size });
    const routes = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(REQUEST);
    for (const route of [...routes, `${REQUEST(4)}/correct`, `${REQUEST(6)}/redact`]) {
      await page.evaluate((to) => (location.hash = to), route);
      await page.waitForTimeout(80);
      await settled(page);
      expect([route, await clippedControls(page)]).toEqual([route, []]);
      expect([route, await accessibilityFaults(page)]).toEqual([route, []]);
    }
  });
});
