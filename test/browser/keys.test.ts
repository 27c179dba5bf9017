// Keys as a person meets them: an access bound to a device, a new key for the log, the end of a session.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSPHRASE, Refusal } from '../fakes/stub/core.ts';
import { accessibilityFaults, browserMissing, launch, openPage, settled } from './support.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe.skipIf(browserMissing())('keys', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test('an access is bound to this device, with its second way chosen, and let go again', async () => {
    const { page, stub, complaints, close } = await openPage(browser, {
      route: '/settings/people',
    });
    await settled(page);
    await page.getByText('Your passphrase alone opens this vault on any machine.').waitFor();
    await button(page, 'Bind to this device').click();
    const dialog = page.getByRole('dialog', { name: 'Bind to this device' });
    const way = dialog.getByRole('radiogroup', { name: 'Without the device' });
    expect(await way.getByRole('radio', { name: 'The passphrase, slower' }).isChecked()).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
    const bind = dialog.getByRole('button', { name: 'Bind to this device' });
    expect(await bind.isDisabled()).toBe(true);
    await dialog.getByLabel('Your passphrase').fill('something else');
    await bind.click();
    await dialog.getByText('This is not the passphrase').waitFor();
    stub.context.refusals.set(
      'device.bind',
      new Refusal('KEY_STORE_UNAVAILABLE', 'The key store of this machine would not keep it.'),
    );
    await dialog.locator('input[type=password]').fill(PASSPHRASE);
    await bind.click();
    await dialog.getByText('The key store would not keep the secret.').waitFor();
    stub.context.refusals.delete('device.bind');
    await way.getByText('Only the printed code').click();
    await dialog.locator('input[type=password]').fill(PASSPHRASE);
    await bind.click();
    await page.getByText('Without this device your passphrase opens nothing.').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);

    await button(page, 'Let go').click();
    await page.getByRole('dialog').locator('input[type=password]').fill(PASSPHRASE);
    await page.getByRole('dialog').getByRole('button', { name: 'Let go' }).click();
    await page.getByText('Your passphrase alone opens this vault on any machine.').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('whoever came in without the device is told in every room', async () => {
    const { page, stub, complaints, close } = await openPage(browser, { scenario: 'locked' });
    stub.context.withoutDevice = true;
    await page.locator('input[type=password]').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.getByText('Opened without the device').waitFor();
    await button(page, 'People and keys').click();
    await page.getByText('Opened without the device').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('the door says how long to wait, and what to do without the device', async () => {
    const { page, stub, complaints, close } = await openPage(browser, { scenario: 'locked' });
    const enter = async (passphrase: string) => {
      await page.locator('input[type=password]').fill(passphrase);
      await page.keyboard.press('Enter');
    };
    stub.context.refusals.set(
      'vault.unlock',
      new Refusal('THROTTLED', 'Too many wrong passphrases.', { waitSeconds: 16 }, true),
    );
    await enter(PASSPHRASE);
    await page.getByText(/16/).waitFor();
    stub.context.refusals.set(
      'vault.unlock',
      new Refusal('KEY_STORE_UNAVAILABLE', 'This access is bound to a device.'),
    );
    await enter(PASSPHRASE);
    await page.getByText(/unlock with the printed recovery code/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    stub.context.refusals.delete('vault.unlock');
    await enter(PASSPHRASE);
    await page.getByRole('navigation').waitFor();

    // The shell locks when the machine sleeps: the core tells, and nothing of the vault stays on screen.
    stub.context.state = 'locked';
    stub.context.emit('vault.changed', { state: 'locked' });
    await page.locator('input[type=password]').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(await page.getByText('Ward 7 tagger').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  test('the log gets a new key by one who asks and another who signs', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/settings/people' });
    await settled(page);
    await page.getByText(/\+0123abcd\+/).waitFor();
    await button(page, 'Give the log a new key').click();
    await button(page, 'Change the key').click();
    const order = page.getByRole('dialog', { name: 'Two people for this' });
    await order.getByText('Give the audit log a new key instead of 0123abcd').waitFor();
    await order.getByLabel('Reason').fill('Once a year.');
    await order.getByLabel('Your passphrase').fill(PASSPHRASE);
    await button(page, 'Sign and ask').click();
    await order.getByLabel('Passphrase of Marta Brandt').fill(PASSPHRASE);
    await button(page, 'Sign here now').click();
    await page.getByText('The log has a new key.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await button(page, 'Page to print').click();
    expect((await download).suggestedFilename()).toBe('cloister-log-key-5e6f7081.html');
    await button(page, 'Close').last().click();
    await page.getByText(/\+5e6f7081\+/).waitFor();
    expect(await page.getByText(/\+0123abcd\+/).count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  test('the end of a session is said some minutes before, calmly, and then the page is blank', async () => {
    const { page, stub, complaints, close } = await openPage(browser, { scenario: 'locked' });
    const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
    stub.context.openedAt = ago(12 * 60 - 8);
    await page.locator('input[type=password]').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.getByText('Asks for the passphrase in 8 min').waitFor();
    await settled(page);
    expect(await page.getByRole('dialog').count()).toBe(0); // Nobody is interrupted.
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('banner').getByRole('button', { name: /Lock/ }).click();
    await page.locator('input[type=password]').waitFor();

    stub.context.openedAt = ago(12 * 60 + 1);
    await page.locator('input[type=password]').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await expect.poll(() => stub.context.state, { timeout: 10_000 }).toBe('locked');
    await page.locator('input[type=password]').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });
});
