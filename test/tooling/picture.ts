// Takes pictures of the built page on the stub core:
//   node test/tooling/picture.ts --route /documents --theme dark --locale zh --stub full --size 1024x700 --out a.png
// Several routes, themes and locales may be given, separated by commas; `--out` is then a folder.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch, openPage, settled, type OpenOptions } from '../browser/support.ts';
import type { Scenario } from '../fakes/stub/core.ts';

const { values } = parseArgs({
  options: {
    route: { type: 'string', default: '/home' },
    theme: { type: 'string', default: 'light' },
    locale: { type: 'string', default: 'en' },
    stub: { type: 'string', default: 'full' },
    size: { type: 'string', default: '1440x900' },
    scale: { type: 'string', default: '1' },
    click: { type: 'string' },
    out: { type: 'string', default: 'test/.output/pictures' },
  },
});

const [width, height] = values.size.split('x').map(Number) as [number, number];
const single = values.out.endsWith('.png');
await mkdir(single ? dirname(values.out) : values.out, { recursive: true });
const browser = await launch();
for (const route of values.route.split(',')) {
  for (const theme of values.theme.split(',')) {
    for (const locale of values.locale.split(',')) {
      for (const scenario of values.stub.split(',')) {
        const { page, complaints, close } = await openPage(browser, {
          route,
          theme: theme as NonNullable<OpenOptions['theme']>,
          locale: locale as NonNullable<OpenOptions['locale']>,
          scenario: scenario as Scenario,
          size: { width, height },
          scale: Number(values.scale),
        });
        await settled(page);
        for (const target of values.click?.split('|') ?? []) {
          await page.locator(target).first().click();
          await page.waitForTimeout(250);
        }
        const name = `${route.replaceAll('/', '-').slice(1)}.${scenario}.${theme}.${locale}.${values.size}.png`;
        await page.screenshot({ path: single ? values.out : join(values.out, name) });
        for (const complaint of complaints) console.error(`${name}: ${complaint}`);
        await close();
      }
    }
  }
}
await browser.close();
