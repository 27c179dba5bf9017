// Every picture of the README, from the real program on the vault that `npm run demo` made:
//   node test/tooling/readmePictures.ts [--vault DIR] [--passphrase-file FILE] [--out DIR]
// The vault is copied first and the copy is used as a person would, through the page: a folder with faults
// is looked through, a model is trained, notes are labeled with its help, an erasure is prepared. The demo's
// own vault stays as it was. Takes two to three minutes on two cores.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { findChromium } from '../../main/cli/doctor.ts';
import { PAGE_ORIGIN } from '../../main/preview/index.ts';
import { HEADER_PATTERN, prepareNotes } from '../browser/journeyNotes.ts';
import { openRealHouse, temporaryFolder } from '../browser/realHouse.ts';
import { withPalette } from './palettePng.ts';

const { values } = parseArgs({
  options: {
    vault: { type: 'string', default: '.cloister/demo/vault' },
    'passphrase-file': { type: 'string' },
    out: { type: 'string', default: 'resources/pictures' },
  },
});
const passphraseFile = values['passphrase-file'] ?? `${values.vault}.passphrase`;
const passphrase = readFileSync(passphraseFile, 'utf8').split(/\r?\n/, 1)[0] ?? '';
const chromium = findChromium();
if (!chromium) throw new Error('No Chromium on this machine: install it to take pictures.');

const UNLABELED = resolve('resources/samples/unlabeled');
const LABELING_PROJECT = 'Notes to label'; // The demo's, over the folder above: places in it by name.
const NOTE = { english: 4, chinese: 10 };
const TRAINING_MS = 8 * 60_000;

process.env['LC_ALL'] = 'en_US.UTF-8';
mkdirSync(values.out, { recursive: true });
const temporary = temporaryFolder();
const vault = join(temporary.path, 'vault');
cpSync(values.vault, vault, { recursive: true });
const house = await openRealHouse({ vault, chromium, address: '?theme=light&locale=en' });
const { page } = house;
try {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await unlocking();
  await data();
  await models();
  await labeling();
  await rights();
  for (const complaint of [...house.complaints, ...house.strangers]) console.error(complaint);
} catch (error) {
  await page.screenshot({ path: 'test/.output/readmePictures.failed.png' }).catch(() => undefined);
  throw error;
} finally {
  await house.close();
  temporary.remove();
}

async function unlocking(): Promise<void> {
  await page.locator('input[type=password]').waitFor();
  await take('unlock');
  await page.locator('input[type=password]').fill(passphrase);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation').waitFor();
}

async function data(): Promise<void> {
  await go('documents');
  await click('Import notes');
  const { folder } = prepareNotes(temporary.path);
  await dialog().locator('input[webkitdirectory]').setInputFiles(folder);
  await dialog().getByText('A pattern in the text').click();
  await dialog().getByLabel('Pattern with one group').fill(HEADER_PATTERN);
  await dialog().getByText('notes have a number').waitFor();
  await take('import');
  await click('Cancel');

  await go('documents');
  await page.getByLabel('Collection', { exact: true }).selectOption({ label: 'train' });
  await page.getByLabel('Find in the texts').fill('clinic');
  await row('en-discharge-05').click();
  await page.locator('.page .mark').first().click();
  await take('documents');
  await click('De-identification');
  await page.locator('.both .mark').nth(2).click();
  await take('deid');
  await go('consent');
  await page.getByLabel('State of consent').selectOption({ index: await withdrawnAt() });
  await page.getByRole('row').nth(1).click();
  await page.getByText('Per purpose').waitFor();
  await take('consent');
  await visit('consent', { locale: 'de' });
  await page.getByRole('row').nth(2).click();
  await take('consent-de');
  await visit('home', {});
}

async function models(): Promise<void> {
  await go('snapshots');
  await click('Freeze a snapshot');
  await dialog().getByLabel('Name', { exact: true }).fill('November');
  await click('Freeze');
  await page.getByRole('grid').getByText('November').waitFor();
  await take('snapshots');
  await go('training');
  await click('Train a model');
  await click(/^Begin/);
  const bar = page.locator('[aria-label="Progress of the training"]');
  await bar.waitFor();
  await page.waitForFunction(
    () => {
      const at = document.querySelector('[aria-label="Progress of the training"]');
      return at === null || Number(at.getAttribute('aria-valuenow')) >= 60;
    },
    undefined,
    { timeout: TRAINING_MS },
  );
  await take('training');
  await bar.waitFor({ state: 'detached', timeout: TRAINING_MS });
  await page.getByText('In use', { exact: true }).waitFor();
  await go('evaluation');
  await click(/^Evaluate/);
  await page.getByText('This model is').or(page.getByText('Someone this model')).first().waitFor({
    state: 'detached',
    timeout: TRAINING_MS,
  });
  await take('evaluation');
  await go('reports');
  await click('Write reports for a model');
  await click('Write');
  await page.frameLocator('iframe').getByRole('heading').first().waitFor();
  await take('reports');
}

async function labeling(): Promise<void> {
  await go('labeling');
  await page.locator('select.project').selectOption({ label: LABELING_PROJECT });
  await openNote(NOTE.english);
  await accept(3);
  await take('labeling');
  await visit('labeling', { theme: 'dark', locale: 'zh' });
  await page.locator('select.project').selectOption({ label: LABELING_PROJECT });
  await openNote(NOTE.chinese);
  await accept(2);
  await take('labeling-dark-zh');
  await visit('home', {});
}

async function openNote(position: number): Promise<void> {
  await page.locator('main article').waitFor();
  await page.keyboard.press('g');
  await page.locator('form.finder input').fill(String(position));
  await page.keyboard.press('Enter');
  await page.locator('form.finder').waitFor({ state: 'detached' });
  // "Note 4 of 12", in whichever language.
  const place = new RegExp(`\\b${position}\\b.*\\b12\\b`);
  await page.locator('main .num').filter({ hasText: place }).first().waitFor();
}

/** The first suggestions are accepted, the one after them is under decision. */
async function accept(count: number): Promise<void> {
  await page.locator('.mark.dashed').first().waitFor();
  await page.locator('main article').focus();
  for (let step = 0; step < count; step += 1) {
    if (step === 0) await page.keyboard.press('Tab');
    await page.locator('.mark.dashed.on').waitFor();
    const before = await page.locator('.mark.dashed').count();
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      (shown) => document.querySelectorAll('.mark.dashed').length < shown,
      before,
    );
  }
}

async function rights(): Promise<void> {
  await take('home');
  await go('requests');
  await row('Erasure').click();
  await page.getByText('Certificate').or(page.getByText('Proven')).first().waitFor();
  await take('requests');
  await click('Enter a request');
  await dialog().getByText('Erasure', { exact: true }).click();
  await dialog()
    .getByLabel('Record number of the person')
    .fill(newPeople()[0] ?? '');
  await click('Enter');
  await page.getByText('What will go').waitFor();
  await take('erasure');
  await go('register');
  await take('register');
  await go('audit');
  await click('Verify the log');
  await page.getByText('The chain is whole').waitFor();
  await take('audit');
  await go('settings');
  await take('settings');
}

function newPeople(): string[] {
  const pattern = new RegExp(HEADER_PATTERN, 'mu');
  const texts = readdirSync(UNLABELED)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => readFileSync(join(UNLABELED, name), 'utf8'));
  return [...new Set(texts.flatMap((text) => pattern.exec(text)?.[1] ?? []))];
}

async function withdrawnAt(): Promise<number> {
  const options = await page.getByLabel('State of consent').locator('option').allInnerTexts();
  return Math.max(
    0,
    options.findIndex((text) => text.startsWith('Withdrawn')),
  );
}

function dialog(): Locator {
  return page.getByRole('dialog');
}
function row(text: string): Locator {
  return page.getByRole('row').filter({ hasText: text }).first();
}
async function click(name: string | RegExp): Promise<void> {
  const exact = typeof name === 'string';
  await page.getByRole('button', { name, exact }).first().click();
}
async function go(room: string): Promise<void> {
  await page.locator(`nav a[href="#/${room}"]`).click();
  await settled(page);
}

/** The same page in another appearance; the vault stays open. */
async function visit(
  room: string,
  { theme = 'light', locale = 'en' }: { readonly theme?: string; readonly locale?: string },
): Promise<void> {
  await page.goto(`${PAGE_ORIGIN}/?theme=${theme}&locale=${locale}#/${room}`);
  await page.getByRole('navigation').waitFor();
  await settled(page);
}

async function take(name: string): Promise<void> {
  await settled(page);
  writeFileSync(join(values.out, `${name}.png`), withPalette(await page.screenshot()));
  process.stdout.write(`${name}.png\n`);
}

async function settled(of: Page): Promise<void> {
  await of.waitForFunction(
    () =>
      document.fonts.status === 'loaded' &&
      document.querySelector('.loading, [aria-busy="true"]') === null,
  );
  await of.waitForTimeout(350); // What moves has come to rest.
}
