// A picture of one screen without a display. The vault is unlocked through the page, as a person would,
// so that the picture shows what they would see.
import type { Page } from 'playwright-core';
import { writeFileAtomic } from '../platform/index.ts';
import type { PictureOptions } from './preview.ts';

const SETTLE_MS = 400;
const PATIENCE_MS = 30_000;

export async function takePicture(page: Page, picture: PictureOptions): Promise<void> {
  if (picture.passphrase !== undefined) {
    const field = page.locator('input[type=password]').first();
    await field.waitFor({ timeout: PATIENCE_MS });
    await field.fill(picture.passphrase);
    await field.press('Enter');
    await field.waitFor({ state: 'detached', timeout: PATIENCE_MS });
  }
  await settled(page);
  writeFileAtomic(picture.file, await page.screenshot(), 0o644);
}

/** Fonts are loaded, nothing says it is busy, and two looks in a row are the same. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page
    .waitForFunction(() => !document.querySelector('[aria-busy="true"]'), undefined, {
      timeout: PATIENCE_MS,
    })
    .catch(() => undefined); // A screen that stays busy is a picture too.
  let before = '';
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await page.waitForTimeout(SETTLE_MS / 2);
    const now = await page.evaluate(() => document.body.innerHTML.length.toString());
    if (now === before) break;
    before = now;
  }
  await page.waitForTimeout(SETTLE_MS);
}
