// Training as a person sees it: the curve grows with the points the core sends, cancelling says what stays,
// and a run that stopped can go on.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TrainingPoint } from '../../shared/contract/index.ts';
import { Refusal } from '../fakes/stub/core.ts';
import {
  accessibilityFaults,
  browserMissing,
  clippedControls,
  goTo,
  launch,
  openPage,
  type OpenOptions,
  type OpenPage,
} from './support.ts';

describe.skipIf(browserMissing())('training', () => {
  let browser: Browser;
  const opened: OpenPage[] = [];
  beforeAll(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** The training room, after `prepare` has put the vault into the wished state. */
  async function room(
    prepare: (vault: OpenPage['stub']['context']['vault']) => void = () => undefined,
    options: OpenOptions = {},
  ): Promise<OpenPage> {
    const on = await openPage(browser, options);
    opened.push(on);
    on.page.setDefaultTimeout(5000);
    prepare(on.stub.context.vault);
    await goTo(on.page, '/training');
    return on;
  }

  /** The newest run is running, as a job that is in the tray. */
  const runs = (vault: OpenPage['stub']['context']['vault']): void => {
    const job = vault.jobs.find(({ state }) => state === 'running')!;
    const { finishedAt: _, ...run } = vault.runs[0]!;
    vault.runs[0] = { ...run, finishedAt: null, state: 'running', jobId: job.jobId };
    vault.curves.set(run.runId, vault.curves.get(run.runId)!.slice(0, 10));
  };

  it('draws each point as it comes, in the curve and in its table', async () => {
    const on = await room(runs);
    const { vault, emit } = on.stub.context;
    const { runId } = vault.runs[0]!;
    await on.page.getByRole('button', { name: 'Show as table' }).click();
    const rows = on.page.locator('figure tbody tr');
    await expect.poll(() => rows.count()).toBeGreaterThan(1);
    const picture = () =>
      on.page.locator('canvas').evaluate((e) => (e as HTMLCanvasElement).toDataURL());
    const before = await picture();
    const point = (step: number, loss: number, devF1: number | null): TrainingPoint => ({
      step,
      epoch: 3,
      loss,
      learningRate: 0.001,
      devF1,
      at: '2026-11-23T14:00:00.000Z',
    });
    const last = vault.curves.get(runId)!.at(-1)!.step;
    emit('run.progressed', { runId, point: point(last, 9.9, null) }); // Already known: not drawn twice.
    emit('run.progressed', { runId, point: point(last + 10, 0.4321, 0.7777) });
    emit('run.progressed', { runId: vault.runs[1]!.runId, point: point(last + 20, 8.8, 0.1) });
    await expect.poll(() => rows.last().textContent()).toMatch(/0\.4321\s*0\.7777/);
    expect(await on.page.locator('figure table').textContent()).not.toContain('9.9');
    expect(await on.page.locator('figure table').textContent()).not.toContain('8.8');
    expect(await picture()).not.toBe(before);
    expect(on.complaints).toEqual([]);
  });

  it('shows how long a run still takes, and says before cancelling what stays', async () => {
    const on = await room(runs);
    const main = on.page.locator('main');
    await main.getByText('1:52').waitFor(); // The 112 seconds of the running job.
    await main
      .getByText(/checkpoint/i)
      .first()
      .waitFor();
    await main.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => on.stub.context.vault.jobs[0]!.state).toBe('cancelled');
    await expect.poll(() => main.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
  });

  it('offers to go on with a run that stopped, from its step', async () => {
    const on = await room();
    await on.page.getByRole('row', { name: /first try/ }).click();
    await on.page.getByText(/This run stopped at step 1,008/).waitFor();
    const points: number[] = [];
    const { emit } = on.stub.context;
    Object.assign(on.stub.context, {
      emit: (...event: Parameters<typeof emit>) => {
        if (event[0] === 'run.progressed') points.push(1);
        emit(...event);
      },
    });
    await on.page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => points.length).toBeGreaterThan(10);
  });

  it('begins a run from a snapshot, with a recipe that is checked first', async () => {
    const on = await room();
    await on.page.keyboard.press('n');
    const dialog = on.page.getByRole('dialog');
    await dialog.getByText('24 notes, 6 people, 252 spans').waitFor();
    await dialog.getByLabel('Epochs').fill('0');
    await dialog.getByText('A whole number from 1 to 500').waitFor();
    expect(await dialog.getByRole('button', { name: 'Begin' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Epochs').fill('3');
    on.stub.context.refusals.set(
      'train.run',
      new Refusal('SNAPSHOT_CHANGED', 'A person of the snapshot took consent back.'),
    );
    await dialog.getByRole('button', { name: 'Begin' }).click();
    await on.page.getByText('SNAPSHOT_CHANGED').waitFor();
  });

  it('names the model of a run and why it may no longer be used', async () => {
    const on = await room();
    await on.page.getByRole('row', { name: /quick/ }).click();
    const side = on.page.locator('aside');
    await side.getByText('Stale').waitFor();
    await side.getByText('A person in its training data withdrew consent.').waitFor();
    await on.page.getByRole('row', { name: /first try/ }).click();
    await side.getByText('This run has no model yet.').waitFor();
  });

  it('moves through the runs with the arrow keys', async () => {
    const on = await room();
    await on.page.getByRole('row', { name: /standard/ }).focus();
    await on.page.keyboard.press('ArrowDown');
    await on.page.locator('aside').getByText('Ward 7 tagger, quick').waitFor();
  });

  it('leads to the snapshots while there is none, and says what failed', async () => {
    const empty = await openPage(browser, { scenario: 'empty', route: '/training' });
    opened.push(empty);
    await empty.page.getByRole('heading', { name: 'Nothing has been trained yet' }).waitFor();
    await empty.page.getByRole('button', { name: 'Go to snapshots' }).click();
    await expect.poll(() => empty.page.url()).toContain('#/snapshots');
    expect(empty.complaints).toEqual([]);
    const failing = await openPage(browser, { scenario: 'failing', route: '/training' });
    opened.push(failing);
    await failing.page.getByText('DISK_FULL').waitFor();
  });

  it.each(['light', 'dark', 'contrast'] as const)('is accessible in %s', async (theme) => {
    const on = await room(runs, { theme });
    await on.page.getByRole('button', { name: 'Show as table' }).click();
    expect(await accessibilityFaults(on.page)).toEqual([]);
    expect(on.complaints).toEqual([]);
  });

  it.each([
    ['en', { width: 1024, height: 700 }],
    ['de', { width: 1024, height: 700 }],
    ['de', { width: 720, height: 450 }],
    ['zh', { width: 720, height: 450 }],
  ] as const)('clips no control in %s at %o', async (locale, size) => {
    const on = await room(runs, { locale, size });
    expect(await clippedControls(on.page)).toEqual([]);
  });
});
