// The frame in a real browser: rooms, palette, keys, purpose, jobs, locale, error dialog, lock. Every test
// also demands a silent console: a policy violation or an error of a component is a failure.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROOMS } from '../../renderer/app/rooms.ts';
import {
  browserMissing,
  launch,
  openPage,
  settled,
  type OpenOptions,
  type OpenPage,
} from './support.ts';

describe.skipIf(browserMissing())('the frame', () => {
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
  const open = async (options: OpenOptions = {}) => {
    opened = await openPage(browser, options);
    await settled(opened.page);
    return opened;
  };

  test('shows the rooms, where it stands and what is trusted', async () => {
    const { page } = await open({ route: '/documents' });
    expect(await page.getByRole('navigation').getByRole('link').count()).toBe(ROOMS.length);
    expect(await page.locator('nav [aria-current=page]').innerText()).toContain('Documents');
    const status = page.getByRole('contentinfo');
    expect(await status.innerText()).toMatch(/Locks in 10 min[\s\S]*No network/);
    expect(await page.title()).toBe('Documents · Cloister');
  });

  test('a role sees only its rooms', async () => {
    const { page, stub } = await open({ scenario: 'locked' });
    stub.context.roles = ['auditor'];
    await page.locator('input[type=password]').fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('navigation').waitFor();
    const rooms = await page.locator('nav .name').allInnerTexts();
    expect(rooms).toContain('Audit log');
    expect(rooms).not.toContain('Consent');
  });

  test('the palette finds an action by its words and runs it', async () => {
    const { page } = await open();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('audit');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/audit$/);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Control+k');
    expect(await page.getByRole('dialog').getByRole('option').first().innerText()).toContain(
      'Go to Audit log',
    );
  });

  test('keys act on the page, not on a field that has the focus', async () => {
    const { page } = await open({ route: '/documents' });
    await page.keyboard.press('/');
    await page.keyboard.type('?k');
    expect(await page.locator('#documents-search').inputValue()).toBe('?k');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.locator('#documents-search').fill('');
    await page.locator('#main').focus();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'All keys' }).waitFor();
  });

  test('keys of an input method that is composing are left alone', async () => {
    const { page } = await open();
    await page.evaluate(() => {
      const key = new KeyboardEvent('keydown', { key: '?', isComposing: true, bubbles: true });
      document.body.dispatchEvent(key);
    });
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('choosing a purpose changes what is withheld', async () => {
    const { page } = await open({ route: '/documents', purpose: 1 });
    expect(await page.locator('.purpose-chip').innerText()).toContain('20 withheld');
    await page.locator('.purpose-chip').click();
    await page.getByRole('button', { name: 'Quality review of the ward' }).click();
    await expect.poll(() => page.locator('.purpose-chip').innerText()).toContain('4 withheld');
    await page.getByText('Withheld', { exact: true }).first().click();
    // The row of the head counts as one.
    await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe('5');
  });

  test('a job says what cancelling keeps, and cancelling is heard', async () => {
    const { page, stub } = await open();
    await page.locator('.jobs-chip').click();
    const tray = page.locator('.tray');
    expect(await tray.innerText()).toContain('If you cancel: the last checkpoint stays');
    await tray.getByRole('button', { name: 'Cancel this job' }).click();
    await expect.poll(() => page.locator('.jobs-chip').innerText()).toContain('No jobs');
    expect(stub.context.vault.jobs[0]?.state).toBe('cancelled');
  });

  test('the language changes at once, on every part of the page', async () => {
    const { page } = await open({ route: '/settings' });
    await page.getByText('Deutsch', { exact: true }).click();
    await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('de');
    expect(await page.locator('nav').innerText()).toContain('Prüfprotokoll');
    await page.getByText('简体中文', { exact: true }).click();
    await expect.poll(() => page.locator('nav').innerText()).toContain('审计日志');
  });

  test('an error tells what happened, whether data is safe and what to do', async () => {
    const { page } = await open({ route: '/requests' });
    await page.getByRole('button', { name: 'Enter a request' }).click();
    await page.getByLabel('Record number of the person').fill('000');
    await page.getByRole('button', { name: 'Enter', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'This did not work' });
    const said = await dialog.innerText();
    expect(said).toContain('no longer there');
    expect(said).toContain('Yes. Nothing was written');
    expect(said).toContain('Go back to the list');
    expect(said).toMatch(/NOT_FOUND\s+STUB-0001/);
  });

  test('locking blanks the page and leaves nothing of the vault in it', async () => {
    const { page } = await open({ route: '/documents/doc_01KAR000001' });
    await page.getByText('Paciente').waitFor();
    await page.keyboard.press('Control+Shift+l');
    await page.getByRole('heading', { name: /^Unlock/ }).waitFor();
    expect(await page.locator('body').innerText()).not.toContain('Paciente');
    expect(await page.locator('nav').count()).toBe(0);
  });

  test('locks by itself after the set time without input', async () => {
    opened = await openPage(browser, { clock: true });
    const { page } = opened;
    await page.getByRole('navigation').waitFor();
    await page.clock.fastForward('09:30');
    expect(await page.getByRole('contentinfo').innerText()).toContain('Locks in 1 min');
    await page.clock.fastForward('00:40');
    await page.getByRole('heading', { name: /^Unlock/ }).waitFor();
  });

  test('a core of another version is refused with a sentence', async () => {
    const { page } = await open({ scenario: 'mismatch' });
    expect(await page.getByRole('main').innerText()).toContain('do not match');
  });

  test('a remapped key works and the old one no longer does', async () => {
    const { page } = await open({ route: '/settings' });
    await page.getByRole('button', { name: 'Change the key of “Show all keys”' }).click();
    await page.keyboard.press('F1');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await page.locator('#main').focus();
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('F1');
    await page.getByRole('dialog', { name: 'All keys' }).waitFor();
  });
});
