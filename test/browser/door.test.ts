// First run and unlocking.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSPHRASE } from '../fakes/stub/core.ts';
import { browserMissing, goTo, launch, openPage, settled } from './support.ts';

describe.skipIf(browserMissing())('the door', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test('a wrong passphrase is told beside the field and the right one opens', async () => {
    const { page, complaints, close } = await openPage(browser, { scenario: 'locked' });
    const field = page.locator('input[type=password]');
    await field.fill('something else');
    await page.keyboard.press('Enter');
    await page.getByText('does not open the vault').waitFor();
    expect(await field.inputValue()).toBe('');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('a language chosen at the door stays after unlocking', async () => {
    const { page, close } = await openPage(browser, { scenario: 'locked' });
    await page.getByText('Deutsch').click();
    await page.locator('input[type=password]').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').getByText('Einwilligung').waitFor();
    await goTo(page, '#/settings');
    await page.reload();
    await page.getByRole('navigation').getByText('Einwilligung').waitFor();
    await close();
  });

  test('a vault is created only with a passphrase that holds, typed twice alike', async () => {
    const { page, complaints, close } = await openPage(browser, { scenario: 'absent' });
    await settled(page);
    const create = page.getByRole('button', { name: 'Create the vault' });
    await page.getByRole('radio', { name: 'I work alone' }).check();
    await page.getByLabel('Name of the vault').fill('Ward 7');
    await page.getByLabel('Your name').fill('Reader A');
    await page.getByLabel('Passphrase', { exact: true }).fill('ward7');
    await page.getByLabel('The same passphrase again').fill('ward7');
    expect(await create.isDisabled()).toBe(true);
    await page.getByLabel('Passphrase', { exact: true }).fill(`${PASSPHRASE} orbit`);
    await page.getByText('The two differ.').waitFor();
    await page.getByLabel('The same passphrase again').fill(`${PASSPHRASE} orbit`);
    await create.click();
    await page.getByRole('button', { name: 'Go on without it' }).click();
    await page.getByRole('button', { name: 'Go on without a code' }).click();
    await page.getByRole('navigation').waitFor();
    await page.getByRole('main').getByText('Bring in the first notes').first().waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
