/** The way back from a backup, from the settings and from the door; the log kept, compared and handed out. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  accessibilityFaults,
  browserMissing,
  clippedControls,
  launch,
  openPage,
  type OpenPage,
} from './support.ts';

const PASSPHRASE = 'correct horse battery staple';

describe.skipIf(browserMissing())('the vault’s care', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  async function sound(on: OpenPage): Promise<void> {
    expect(await accessibilityFaults(on.page)).toEqual([]);
    expect(await clippedControls(on.page)).toEqual([]);
    expect(on.complaints).toEqual([]);
  }

  /** To the verdict of the first backup. */
  async function judged(page: Page): Promise<void> {
    await button(page, 'Restore a backup').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio').first().check();
    const passphrase = dialog.getByLabel('Your passphrase of the day it was made');
    await passphrase.fill('not this one');
    await button(page, 'Check the backup').click();
    await dialog.getByText('This is not the passphrase. Nothing was changed.').waitFor();
    await passphrase.fill(PASSPHRASE);
    await button(page, 'Check the backup').click();
    await dialog.getByText('The backup is whole').waitFor();
  }

  test.each([
    ['settings', { route: 'settings/backups', scenario: 'full' }],
    ['the door', { scenario: 'locked', size: { width: 1024, height: 700 } }],
  ] as const)(
    'restores from %s: who opens it and who is erased again first',
    async (_, options) => {
      const on = await openPage(browser, options);
      await judged(on.page);
      const dialog = on.page.getByRole('dialog');
      await dialog.getByText('It opens for Reader A and Reader Z').waitFor();
      await dialog
        .getByText('No access to the present vault any more, but to this one: Reader Z')
        .waitFor();
      await dialog.getByText('1 person was erased after this backup was made').waitFor();
      await sound(on);
      await button(on.page, 'Restore').click();
      await dialog.getByText('beside the present vault').waitFor();
      await dialog.getByText('carried out again and proven').waitFor();
      await sound(on);
      await button(on.page, 'Close').last().click();
      await on.close();
    },
  );

  test('says what cancelling keeps, while a backup is read', async () => {
    const on = await openPage(browser, { route: 'settings/backups' });
    await button(on.page, 'Restore a backup').click();
    await on.page.getByRole('dialog').getByRole('radio').first().check();
    await on.page.getByLabel('Your passphrase of the day it was made').fill(PASSPHRASE);
    await button(on.page, 'Check the backup').click();
    await on.page.getByText('If you cancel, the unfinished copy is removed').waitFor();
    await on.page.getByText('The backup is whole').waitFor();
    await on.close();
  });

  test('keeps a head, compares one from paper, and hands the log out with its key', async () => {
    const on = await openPage(browser, { route: 'audit' });
    const { page } = on;
    await page.getByText('File beside the database').waitFor();
    const kept = page.waitForEvent('download');
    await button(page, 'Save for a stick').click();
    expect((await kept).suggestedFilename()).toMatch(/^cloister-head-.*\.txt$/);
    await page.getByText('A head of').waitFor();
    await page.getByLabel('Or the lines from the paper').fill('cloister/vlt_1\n181\nroot\n');
    await button(page, 'Compare').click();
    await page.getByText('The log continues that head of 181 entries.').waitFor();
    await sound(on);
    await button(page, 'Export for the auditor').click();
    await page.getByRole('dialog').getByLabel('Recipient').fill('Data protection authority');
    const handed = page.waitForEvent('download');
    await button(page, 'Export').click();
    expect((await handed).suggestedFilename()).toBe('cloister-audit.jsonl');
    await page.getByText('Give the recipient this key on another way').waitFor();
    await sound(on);
    await on.close();
  });
});
