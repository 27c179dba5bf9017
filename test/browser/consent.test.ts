// Taking a consent back is as easy as giving it (GDPR Art. 7(3)): the steps of both are counted from the same
// place, and both end with the receipt.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, launch, openPage, settled, type OpenPage } from './support.ts';

/** Never asked, and given, in the stub. */
const NOBODY_ASKED = 'sub_01KAR000011';
const AGREED = 'sub_01KAR000001';
const CHILD = 'sub_01KAR000003';

describe.skipIf(browserMissing())('asking a person', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** Clicks by name, one step each; @returns how many it took. */
  async function steps(page: Page, names: readonly string[]): Promise<number> {
    let taken = 0;
    for (const name of names) {
      await page.getByRole('button', { name, exact: true }).first().click();
      await settled(page);
      taken += 1;
    }
    return taken;
  }
  const stateOf = ({ stub }: OpenPage, subjectId: string) =>
    stub.context.vault.subjects.find((each) => each.subjectId === subjectId)?.consent;
  const receiptShown = (page: Page): Promise<boolean> =>
    page.getByTitle('The receipt for the person').isVisible();

  test('withdrawing takes no more steps than giving, on the same screen', async () => {
    const giving = await openPage(browser, { route: `/consent/${NOBODY_ASKED}` });
    await settled(giving.page);
    const toGive = await steps(giving.page, ['Ask on screen', 'Agrees']);
    expect(await receiptShown(giving.page)).toBe(true);
    expect(stateOf(giving, NOBODY_ASKED)).toBe('given');
    await giving.close();

    const taking = await openPage(browser, { route: `/consent/${AGREED}` });
    await settled(taking.page);
    const toWithdraw = await steps(taking.page, ['Open on screen', 'Takes it back']);
    expect(await receiptShown(taking.page)).toBe(true);
    expect(stateOf(taking, AGREED)).toBe('withdrawn');
    await taking.close();
    expect(toWithdraw).toBeLessThanOrEqual(toGive);
  });

  test('withdrawing without the screen takes one step', async () => {
    const opened = await openPage(browser, { route: `/consent/${AGREED}` });
    await settled(opened.page);
    expect(await steps(opened.page, ['Withdraw'])).toBe(1);
    expect(stateOf(opened, AGREED)).toBe('withdrawn');
    await opened.close();
  });

  test('a child’s answer waits for whoever may decide for it, a refusal does not', async () => {
    const opened = await openPage(browser, {
      route: `/consent/ask/${CHILD}/pur_01KAR000001`,
    });
    const { page, stub } = opened;
    await settled(page);
    stub.context.vault.subjects.forEach((each) => Object.assign(each, { consent: 'never' }));
    stub.context.changed('consent');
    await settled(page);
    const agrees = page.getByRole('button', { name: 'Agrees', exact: true });
    await agrees.waitFor();
    expect(await agrees.isDisabled()).toBe(true);
    expect(
      await page.getByRole('button', { name: 'Does not agree', exact: true }).isDisabled(),
    ).toBe(false);
    await page.getByLabel('Their name').fill('Eva Beispiel');
    await page.getByLabel('On what their right rests').fill('Parental responsibility');
    expect(await agrees.isDisabled()).toBe(false);
    await opened.close();
  });

  test('a country that nothing opens cannot be chosen to hand anything out', async () => {
    const opened = await openPage(browser, { route: '/reports/rep_01KAR000001' });
    const { page } = opened;
    await settled(page);
    await page.getByRole('button', { name: 'Hand out', exact: true }).click();
    await page.getByLabel('Recipient').fill('A study abroad');
    const out = page.getByRole('button', { name: 'Register and save the files' });
    expect(await out.isDisabled()).toBe(false);
    await page.getByLabel('Destination').selectOption({ label: 'Japan' });
    await page.getByText('holds the protection there to be adequate').waitFor();
    expect(await out.isDisabled()).toBe(false);
    await page.getByLabel('Destination').selectOption({ label: 'Brazil' });
    await page.getByText('Blocked: nothing in the law').waitFor();
    expect(await out.isDisabled()).toBe(true);
    await opened.close();
  });
});
