// Every room in every state: shown without a complaint in the console, and without a finding of axe at
// WCAG 2.2 AA in both themes.
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scenario } from '../fakes/stub/core.ts';
import { browserMissing, launch, openPage, settled } from './support.ts';

const ROUTES = [
  '/home',
  '/documents',
  '/documents/doc_01KAR000001',
  '/documents/doc_01KAR000004',
  '/documents/doc_01KAR000007/deid',
  '/consent',
  '/consent/sub_01KAR000006',
  '/consent/purposes',
  '/consent/declare',
  '/consent/ask/sub_01KAR000003/pur_01KAR000001',
  '/consent/record/sub_01KAR000006/pur_01KAR000001',
  '/labeling',
  '/snapshots',
  '/training',
  '/training/run_01KAR000004',
  '/training/new',
  '/training/new/bas_01KAR000001',
  '/training/sweeps',
  '/training/sweeps/new',
  '/training/bases',
  '/training/bases/bas_01KAR000002',
  '/evaluation',
  '/requests',
  '/requests/req_01KAR000001',
  '/requests/req_01KAR000003',
  '/requests/req_01KAR000005',
  '/requests/req_01KAR000008',
  '/requests/kept',
  '/requests/req_01KAR000004/correct',
  '/requests/req_01KAR000006/redact',
  '/retention',
  '/retention/rules',
  '/retention/holds',
  '/breaches',
  '/breaches/brc_01KAR000002',
  '/reports/rep_01KAR000001',
  '/consent/ask/sub_01KAR000011/pur_01KAR000001',
  '/consent/record/sub_01KAR000001/pur_01KAR000001',
  '/breaches/brc_01KAR000001',
  '/reports/exits',
  '/register',
  '/register/parties',
  '/register/notices',
  '/register/assessment',
  '/settings/policy',
  '/audit',
  '/settings',
  '/settings/people',
  '/settings/backups',
];
const ROOMS = [
  ...ROUTES.filter((route) => route.split('/').length === 2),
  '/training/new',
  '/training/sweeps',
  '/training/bases',
  '/requests/kept',
  '/retention/rules',
  '/retention/holds',
  '/reports/exits',
  '/register/parties',
  '/register/notices',
  '/register/assessment',
  '/settings/policy',
];

describe.skipIf(browserMissing())('screens', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  async function look(route: string, scenario: Scenario, theme: 'light' | 'dark' | 'contrast') {
    const opened = await openPage(browser, { route, scenario, theme, script: axe.source });
    await settled(opened.page);
    const findings = await opened.page.evaluate(async () => {
      const run = (window as unknown as { axe: typeof axe }).axe.run;
      const result = await run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        resultTypes: ['violations'],
        iframes: false,
      });
      return result.violations.map(
        (violation) =>
          `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(' | ')}`,
      );
    });
    // axe itself is what the sandbox of a report's frame turns away.
    const complaints = opened.complaints.filter(
      (each) => !each.startsWith('Blocked script execution'),
    );
    await opened.close();
    return { findings, complaints };
  }

  test.each(ROUTES.flatMap((route) => [[route, 'light'] as const, [route, 'dark'] as const]))(
    '%s, %s',
    async (route, theme) => {
      expect(await look(route, 'full', theme)).toEqual({ findings: [], complaints: [] });
    },
  );

  test.each(ROOMS.flatMap((route) => [[route, 'empty'] as const, [route, 'failing'] as const]))(
    '%s, %s',
    async (route, scenario) => {
      expect(await look(route, scenario, 'light')).toEqual({ findings: [], complaints: [] });
    },
  );

  test.each(['absent', 'locked', 'mismatch'] as const)('the door, %s', async (scenario) => {
    expect(await look('/home', scenario, 'contrast')).toEqual({ findings: [], complaints: [] });
  });

  test.each([...ROUTES.map((route) => [route, 'de'] as const), ['/home', 'zh'] as const])(
    '%s in %s fits 1024 x 700 without scrolling sideways',
    async (route, locale) => {
      const size = { width: 1024, height: 700 };
      const { page, close } = await openPage(browser, { route, locale, size });
      await settled(page);
      const overflow = await page.evaluate(() => {
        const main = document.querySelector('main')!;
        // A table leaves columns out before it cuts one.
        const tables = [...document.querySelectorAll('[role=grid]')].map(
          ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
        );
        return Math.max(
          document.documentElement.scrollWidth - window.innerWidth,
          main.scrollWidth - main.clientWidth,
          ...tables,
        );
      });
      await close();
      expect(overflow).toBe(0);
    },
  );
});
