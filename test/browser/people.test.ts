// The people of a vault: the first run with its recovery code, an act that takes two, a vault that may only
// be looked at. Every state is looked at by axe.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSPHRASE } from '../fakes/stub/core.ts';
import { accessibilityFaults, browserMissing, launch, openPage, settled } from './support.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe.skipIf(browserMissing())('people and keys', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test('the recovery code is shown once and has to come back from the paper', async () => {
    const { page, complaints, close } = await openPage(browser, { scenario: 'absent' });
    await settled(page);
    await page.getByLabel('Name of the vault').fill('Ward 7');
    await page.getByLabel('Your name').fill('Reader A');
    await page.getByLabel('Passphrase', { exact: true }).fill(`${PASSPHRASE} orbit`);
    await page.getByLabel('The same passphrase again').fill(`${PASSPHRASE} orbit`);
    expect(await button(page, 'Create the vault').isDisabled()).toBe(true);
    await page.getByRole('radio', { name: 'Several people' }).check();
    await button(page, 'Create the vault').click();
    await page.locator('.print-sheet .code span').first().waitFor({ state: 'attached' });
    const groups = await page.locator('.print-sheet .code span').allInnerTexts();
    expect(groups).toHaveLength(7);
    expect(await accessibilityFaults(page)).toEqual([]);

    await button(page, 'I have it on paper').click();
    expect(await page.getByText(groups[0]!).count()).toBe(0);
    const field = page.getByLabel('Type the code back from the paper');
    await field.fill(groups.toReversed().join(' '));
    await button(page, 'Check the code').click();
    await page.getByText('This is not the code').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await accessibilityFaults(page)).toEqual([]);
    await field.fill(groups.join(' ').toLowerCase());
    await button(page, 'Check the code').click();
    await page.getByRole('navigation').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('a person is added by one who asks and another who signs', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/settings/people' });
    await settled(page);
    expect(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'Add a person').click();
    await page.getByLabel('Name', { exact: true }).fill('Jonas Weber');
    await page.getByRole('checkbox', { name: 'Clinician' }).check();
    await page.getByLabel('New passphrase').fill(`${PASSPHRASE} orbit`);
    await page.getByLabel('The same passphrase again').fill(`${PASSPHRASE} orbit`);
    await button(page, 'Add').click();

    const order = page.getByRole('dialog', { name: 'Two people for this' });
    await order.getByText('Add Jonas Weber as Clinician').waitFor();
    await order.getByLabel('Reason').fill('New on the ward since Monday.');
    await order.getByLabel('Your passphrase').fill('something else');
    await button(page, 'Sign and ask').click();
    await order.getByText('This is not the passphrase').waitFor();
    await order.getByLabel('Your passphrase').fill(PASSPHRASE);
    await button(page, 'Sign and ask').click();
    await order.getByLabel('Passphrase of Marta Brandt').fill(PASSPHRASE);
    expect(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'Sign here now').click();
    await page.getByRole('gridcell', { name: 'Jonas Weber' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('an order that waits is shown on Home and signed in the settings', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/home' });
    await page.getByText('1 order waits for your signature').click();
    const waiting = page.getByRole('listitem').filter({ hasText: 'Remove O. Petrov' });
    await waiting.getByRole('button', { name: 'Sign' }).click();
    await page.getByRole('dialog').getByLabel('Your passphrase').fill(PASSPHRASE);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign' }).click();
    await waiting.getByText('Signed by both').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('a vault that is not what it was says so in every room until two people accept it', async () => {
    const { page, stub, complaints, close } = await openPage(browser, { scenario: 'locked' });
    stub.context.readOnly = true;
    await page.locator('input[type=password]').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    const banner = page.getByRole('region', { name: 'Read only' });
    await banner.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await banner.getByRole('button', { name: 'Accept this state' }).click();
    const accept = button(page, 'Accept and write again');
    await page.getByLabel('Reason').fill('Restored from the backup of Sunday.');
    await page.getByLabel('Your passphrase').fill(PASSPHRASE);
    expect(await accept.isDisabled()).toBe(true);
    await page.getByLabel('Passphrase of Marta Brandt').fill(PASSPHRASE);
    await accept.click();
    await banner.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    await close();
  });

  test('an erasure asks for the second signature before anything runs', async () => {
    const { page, complaints, close } = await openPage(browser, {
      route: '/requests/req_01KAR000001',
    });
    await settled(page);
    const erase = button(page, 'Erase this person');
    const phrase = await page
      .getByText(/ERASE \S+/)
      .first()
      .innerText();
    await page.locator('input.mono').fill(/ERASE [^\s”"]+/.exec(phrase)![0]);
    await erase.click();
    const order = page.getByRole('dialog', { name: 'Two people for this' });
    await order.getByText('Erase the person of request').waitFor();
    await button(page, 'Cancel').click();
    await order.waitFor({ state: 'detached' });
    expect(await erase.isEnabled()).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a restore is tried out on the newest backup', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/settings/backups' });
    await settled(page);
    expect(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'Try a restore').click();
    await page.getByRole('dialog').locator('input').fill(PASSPHRASE);
    await button(page, 'Try it').click();
    await page.getByText('Restored and checked: 40 documents').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });
});
