// A process to be traced: somebody at the page unlocks a vault, reads a note, imports more, takes a report
// out and locks. Arguments: vault, file with the passphrase, folder with notes to import, a word of a note.
import { readFileSync } from 'node:fs';
import { openRealHouse } from '../browser/realHouse.ts';
import { CHROMIUM } from '../fakes/chromium.ts';

const [vault = '', passphraseFile = '', notes = '', word = ''] = process.argv.slice(2);
const passphrase = readFileSync(passphraseFile, 'utf8').split(/\r?\n/, 1)[0] ?? '';
process.env['LC_ALL'] = 'en_US.UTF-8';
const house = await openRealHouse({ vault, chromium: CHROMIUM ?? '' });
const { page } = house;
const button = (name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' }).first();
const go = async (room: string): Promise<void> => {
  await page.locator(`nav a[href="#/${room}"]`).click();
  await page.waitForFunction((hash) => location.hash.startsWith(hash), `#/${room}`);
};

try {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await button('Unlock').click();
  await page.getByRole('navigation').waitFor();

  await go('documents');
  await page.getByRole('radio', { name: 'Readable', exact: true }).locator('..').click();
  await page.getByRole('row').nth(1).click();
  await page.locator('main').getByText(word).first().waitFor();

  await button('Import notes').click();
  await page.getByRole('dialog').locator('input[webkitdirectory]').setInputFiles(notes);
  await button(/^Import \d+ notes?$/).click();
  await page
    .getByRole('dialog')
    .getByText(/imported into/)
    .waitFor();
  await button('Show the collection').click();

  await go('reports');
  await page.getByRole('row').nth(1).click();
  await button(/^Hand out/).click();
  await page.getByRole('dialog').getByLabel('Recipient').fill('Ethics board');
  await button('Register and save the files').click();
  await page
    .getByRole('dialog')
    .getByText(/handed out under exit/)
    .waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Lock the vault' }).first().click();
  await page.getByLabel('Passphrase', { exact: true }).waitFor();
  process.stdout.write('done\n');
} catch (error) {
  const picture = process.env['ACTS_PICTURE'];
  if (picture) await page.screenshot({ path: picture });
  throw error;
} finally {
  await house.close();
}
