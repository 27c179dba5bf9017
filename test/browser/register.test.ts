// The register and the policy as a person meets them: what is missing stands first, what is published stays,
// what the organisation set is looked at before it comes into force.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults, browserMissing, launch, openPage, settled } from './support.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe.skipIf(browserMissing())('the register', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test('names what is missing and who fills it, and takes the answer', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/register' });
    await settled(page);
    await page.getByText('14 entries are missing').click();
    await page.getByText('Train a de-identifier: Categories of people').waitFor();
    await button(page, 'Describe').first().click();
    const dialog = page.getByRole('dialog', { name: 'About Train a de-identifier' });
    await dialog.getByLabel('Categories of people').fill('Patients of the ward');
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Enter' }).click();
    await page.getByText('13 entries are missing').waitFor();
    await page.getByText('Patients of the ward').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('says before a new notice is published that consents lapse, and only then', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/register/notices' });
    await settled(page);
    await button(page, 'Publish a notice').click();
    const dialog = page.getByRole('dialog', { name: 'Publish a notice' });
    const publish = dialog.getByRole('button', { name: 'Publish for good' });
    expect(await publish.isDisabled()).toBe(true);
    const warning = dialog.getByText('Consents given to the former one lapse at once');
    await dialog.getByLabel('Version').fill('3');
    expect(await warning.count()).toBe(0);
    await dialog.getByLabel('Version').fill('4');
    await warning.waitFor();
    await dialog.getByLabel('Language').fill('en');
    await dialog.getByLabel('Title').fill('Your letters in research');
    await dialog.getByLabel('Text').fill('The hospital is responsible.');
    await publish.click();
    await page.getByRole('heading', { name: 'Your letters in research' }).waitFor();
    await page.getByLabel('Rights of the person').check();
    expect(await page.getByLabel('Rights of the person').isChecked()).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  test('approves no assessment that says nothing of measures, nor one with words not saved', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/register/assessment' });
    await settled(page);
    const approve = button(page, 'Approve this version');
    expect(await approve.isDisabled()).toBe(true);
    await page
      .getByRole('textbox', { name: 'Measures', exact: true })
      .fill('Gate, roles and encryption');
    expect(await approve.isDisabled()).toBe(true);
    await button(page, 'Save as a new version').click();
    await page.getByText('Version 3, Reader A').waitFor();
    await approve.click();
    await page.getByText('Approved by Reader A').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  test('shows every problem of a policy file by its place, and applies a sound one', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/settings/policy' });
    await settled(page);
    const choose = page.locator('input[type=file]');
    const file = (text: string) => ({
      name: 'policy.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
    await choose.setInputFiles(file('{"policy":{"version": 1}}'));
    await page.getByText('This file cannot be applied.').waitFor();
    await page.getByText('policy.without.0.procedures.2').waitFor();
    expect(await button(page, 'Set in force').count()).toBe(0);
    await button(page, 'Leave it').click();
    await page
      .locator('input[type=file]')
      .setInputFiles(file('{"policy":{"title":"Rules of winter"}}'));
    await page.getByText('Purpose declared: Quality assurance').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await button(page, 'Set in force').click();
    await page.getByRole('dialog').waitFor();
    expect(await page.getByRole('dialog').textContent()).toContain('“Rules of winter”');
    expect(complaints).toEqual([]);
    await close();
  });

  test('puts what the organisation set beside the control it bounds', async () => {
    const { page, complaints, close } = await openPage(browser, { route: '/settings' });
    await settled(page);
    await page.getByText('Set by your organisation: at most 10 minutes.').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
