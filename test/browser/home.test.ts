// Home: what needs somebody today, one line with one next step, in the order in which it becomes late; and
// the rail of rooms, which never scrolls on the smallest screen.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCALES } from '../../renderer/messages/index.ts';
import { accessibilityFaults, browserMissing, launch, openPage, settled } from './support.ts';

describe.skipIf(browserMissing())('home', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  const lines = (page: Page) => page.locator('.due a');

  test('says what is late first, and each line leads to its own place', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/home' });
    await settled(page);
    const marks = await page
      .locator('.due .dot')
      .evaluateAll((dots) => dots.map(({ classList }) => classList[1] ?? ''));
    const rank = ['late', 'soon', 'calm'];
    expect(marks.map((mark) => rank.indexOf(mark))).toEqual(
      marks.map((mark) => rank.indexOf(mark)).toSorted(),
    );
    const erasure = lines(page).filter({ hasText: 'An erasure request' });
    expect(await erasure.innerText()).toMatch(/in \d+ days?\s+Answer/);
    await erasure.click();
    await page.getByRole('heading', { name: 'Erasure 902340' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('shows only what the person may do something about', async () => {
    const { page, stub, close } = await openPage(browser, { route: '/home', scenario: 'locked' });
    stub.context.roles = ['clinician'];
    await page.locator('input[type=password]').fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await lines(page).first().waitFor();
    const said = (await lines(page).allInnerTexts()).join('\n');
    expect(said).toContain('wait for labels');
    expect(said).not.toMatch(/request|backup|breach/i);
    await close();
  });

  test('stays calm where nothing is due', async () => {
    const { page, close } = await openPage(browser, { route: '/home', scenario: 'empty' });
    await settled(page);
    await page.getByText('Nothing is due').waitFor();
    expect(await lines(page).count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await close();
  });

  const SIZES = [
    { width: 1024, height: 700 },
    { width: 1440, height: 900 },
  ];
  test.each(LOCALES.flatMap((locale) => SIZES.map((size) => [locale, size] as const)))(
    'every room stands in the rail, whole, in %s at %o',
    async (locale, size) => {
      const { page, close } = await openPage(browser, { route: '/home', locale, size });
      await settled(page);
      const rail = await page.locator('nav').evaluate((nav) => ({
        hidden: nav.scrollHeight - nav.clientHeight,
        cut: [...nav.querySelectorAll<HTMLElement>('.name')]
          .filter((name) => name.scrollWidth > name.clientWidth)
          .map((name) => name.textContent),
      }));
      expect(rail).toEqual({ hidden: 0, cut: [] });
      await close();
    },
  );
});
