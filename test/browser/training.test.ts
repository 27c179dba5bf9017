// Training as a person sees it: the curve grows with the points the core sends, cancelling says what stays,
// and a run that stopped can go on.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TrainingPoint } from '../../shared/contract/index.ts';
import { PASSPHRASE, Refusal } from '../fakes/stub/core.ts';
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
    const main = on.page.locator('main');
    const begin = main.getByRole('button', { name: 'Begin' });
    await main.getByText('24 notes, 6 people, 252 spans').waitFor();
    await main.getByText('All as the preset says').click();
    await main.getByLabel('Epochs', { exact: true }).fill('0');
    await main.getByText('1 or more').waitFor();
    await main.getByText('1 setting needs a look').waitFor();
    expect(await begin.isDisabled()).toBe(true);
    await main.getByLabel('Epochs', { exact: true }).fill('3');
    await main.getByText('1 differs from the preset').waitFor();
    await main.getByText('Preset: 14').waitFor();
    await on.page.locator('aside').getByText('"epochs": 3').waitFor();
    on.stub.context.refusals.set(
      'train.run',
      new Refusal('SNAPSHOT_CHANGED', 'A person of the snapshot took consent back.'),
    );
    await begin.click();
    await main.getByText('SNAPSHOT_CHANGED').waitFor(); // Told in place, the recipe still there.
    await main.getByRole('button', { name: 'Back to the preset: Epochs' }).click();
    await main.getByText('All as the preset says').waitFor();
    expect(on.complaints).toEqual([]);
  });

  it('begins the classic recipe on an imported model by keyboard alone', async () => {
    const on = await room();
    const ordered: unknown[] = [];
    const { receive } = on.stub;
    Object.assign(on.stub, {
      receive: (message: Parameters<typeof receive>[0]) => {
        if ('p' in message && message.p === 'train.run') ordered.push(message.input);
        receive(message);
      },
    });
    await on.page.keyboard.press('n');
    const main = on.page.locator('main');
    await main.getByRole('radio', { name: /A model from nothing/ }).focus();
    await on.page.keyboard.press('ArrowDown');
    await main.getByText(/All weights, as in the BERT paper/).waitFor();
    await expect
      .poll(() => main.getByRole('combobox', { name: 'Model' }).inputValue())
      .toBe('bas_01KAR000001');
    await main.getByText('22,713,216 weights').waitFor();
    // The one base that only predicts is not offered.
    expect(await main.getByRole('combobox', { name: 'Model' }).locator('option').count()).toBe(1);
    await expect.poll(() => main.getByRole('button', { name: 'Begin' }).isEnabled()).toBe(true);
    await on.page.keyboard.press('Control+Enter');
    await main.getByRole('grid', { name: 'Runs' }).waitFor();
    expect(ordered).toEqual([
      {
        snapshotId: 'snp_01KAR000001',
        recipe: { architecture: 'encoder', preset: 'classic', base: 'bas_01KAR000001' },
      },
    ]);
  });

  it('takes a recipe as a document, and says when it is none', async () => {
    const on = await room();
    await goTo(on.page, '/training/new');
    await on.page.locator('aside').getByRole('button', { name: 'Load recipe' }).click();
    const dialog = on.page.getByRole('dialog');
    await dialog.getByLabel('Recipe as JSON').fill('{"architecture":"other"}');
    await dialog.getByRole('button', { name: 'Load', exact: true }).click();
    await dialog.getByText(/This is not a recipe/).waitFor();
    const { recipe } = on.stub.context.vault.runs.find(({ preset }) => preset === 'lora')!;
    await dialog.getByLabel('Recipe as JSON').fill(JSON.stringify({ ...recipe, overlap: 100 }));
    await dialog.getByRole('button', { name: 'Load', exact: true }).click();
    const main = on.page.locator('main');
    await main.getByText('At most half of the longest sequence').waitFor(); // The lid has opened.
    await main.getByLabel('Overlap of windows').fill('32');
    await main.getByText('From a recipe of your own').waitFor();
    await main.getByText(/guesses that right at most 99\.97/).waitFor();
    await main.getByText(/the noise multiplier will be about/).waitFor();
  });

  it('shows what a private fine-tuning was made of and what it spent', async () => {
    const on = await room();
    await on.page.getByRole('row', { name: /MiniLM with adapters/ }).click();
    const main = on.page.locator('main');
    await main.getByText('102 of 117').waitFor();
    await main.getByText('7.214', { exact: true }).waitFor(); // The smaller of two upper bounds.
    await main.getByText(/low-rank adapters on query and value, rank 8/).waitFor();
    expect(
      await main.getByRole('grid', { name: 'After each epoch' }).getByRole('row').count(),
    ).toBe(6);
    await main.getByRole('button', { name: 'Train again like this' }).click();
    await expect
      .poll(() => on.page.locator('aside pre').textContent())
      .toContain('"targetEpsilon": 8');
  });

  it('points from the plot of a sweep to its table and back, and promotes a trial', async () => {
    const on = await room();
    await goTo(on.page, '/training/sweeps');
    const main = on.page.locator('main');
    const lines = main.locator('[data-line]');
    await expect.poll(() => lines.count()).toBe(12);
    const best = main.locator('[data-line][aria-pressed=true]');
    expect(await best.getAttribute('aria-label')).toContain('Trial 1; Learning rate');
    await best.focus();
    await on.page.keyboard.press('ArrowDown');
    const next = await best.getAttribute('data-line');
    expect(next).not.toBe('1');
    await expect
      .poll(() => on.page.evaluate(() => document.activeElement?.getAttribute('data-line')))
      .toBe(next);
    const trials = main.getByRole('grid', { name: 'Trials' });
    const chosen = trials.locator('[aria-selected=true] [role=gridcell]').first();
    expect(await chosen.textContent()).toBe(next);
    await main.getByRole('button', { name: 'Show as table' }).click();
    expect(await main.locator('figure tbody tr').count()).toBe(12);
    await main.getByRole('button', { name: `Make trial ${next} a model` }).click();
    await trials.getByText('Made a model').waitFor();
    expect(on.complaints).toEqual([]);
  });

  it('says what is wrong with the space of a sweep before it begins', async () => {
    const on = await room();
    await on.page.keyboard.press('Shift+N');
    const main = on.page.locator('main');
    const begin = main.getByRole('button', { name: 'Begin the sweep' });
    await expect.poll(() => begin.isEnabled()).toBe(true);
    await main.getByLabel('Learning rate, from').fill('0.5');
    await main.getByText('Must be below the upper end').waitFor();
    expect(await begin.isDisabled()).toBe(true);
    await main.getByLabel('Learning rate, from').fill('1e-4');
    await main.getByRole('button', { name: 'Leave out: Dropout' }).click();
    expect(await main.getByLabel('Dropout, from').count()).toBe(0);
    await begin.click();
    await main.getByRole('grid', { name: 'Sweeps' }).waitFor();
  });

  it.each([
    ['Berta base', 'Trainable'],
    ['Berta int8', 'Predicts only'],
    ['Berta broken', 'Refused'],
  ])('looks at %s before it comes in: %s', async (name, verdict) => {
    const on = await room();
    await goTo(on.page, '/training/bases');
    await on.page.getByRole('button', { name: 'Bring in a model' }).click();
    const dialog = on.page.getByRole('dialog');
    await dialog.locator('input[accept=".zip"]').setInputFiles({
      name: `${name}.zip`,
      mimeType: 'application/zip',
      buffer: Buffer.alloc(64),
    });
    await dialog.getByText(verdict, { exact: true }).waitFor();
    const bring = dialog.getByRole('button', { name: 'Bring it in' });
    if (verdict === 'Refused') {
      await dialog.getByText('Its graph cannot be read.').waitFor();
      expect(await bring.count()).toBe(0);
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      expect(on.stub.context.intakes.size).toBe(0);
      return;
    }
    if (verdict === 'Predicts only') {
      expect(await bring.isDisabled()).toBe(true);
      await dialog.getByText(/Bring it in to predict with/).click();
    }
    await bring.click();
    await on.page.locator('main h2', { hasText: name }).waitFor();
  });

  it('does not remove a model that a run still needs, and says so there', async () => {
    const on = await room();
    await goTo(on.page, '/training/bases');
    await on.page.getByRole('button', { name: 'Remove' }).click();
    const dialog = on.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Remove it' }).click();
    await dialog.getByText('A run that can go on started from it.').waitFor();
  });

  it('hands a model out only with the name of who receives it', async () => {
    const on = await room();
    await on.page.locator('aside').getByRole('button', { name: 'Hand out this model' }).click();
    const dialog = on.page.getByRole('dialog');
    const hand = dialog.getByRole('button', { name: 'Hand out', exact: true });
    expect(await hand.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('St. Anna Hospital');
    await hand.click();
    const order = on.page.getByRole('dialog', { name: 'Two people for this' });
    await order.getByText(/out to St\. Anna Hospital/).waitFor();
    await order.getByLabel('Reason').fill('Joint study.');
    await order.getByLabel('Your passphrase').fill(PASSPHRASE);
    await order.getByRole('button', { name: 'Sign and ask' }).click();
    await order.getByLabel('Passphrase of Marta Brandt').fill(PASSPHRASE);
    const download = on.page.waitForEvent('download');
    await order.getByRole('button', { name: 'Sign here now' }).click();
    expect((await download).suggestedFilename()).toBe('Ward 7 tagger, standard.zip');
    await dialog.getByText(/Handed out to St\. Anna Hospital/).waitFor();
  });

  it('names the model of a run and why it may no longer be used', async () => {
    const on = await room();
    await on.page.getByRole('row', { name: /quick/ }).click();
    const side = on.page.locator('aside');
    await side.getByText('Stale').waitFor();
    await side.getByText('A consent behind it was withdrawn').waitFor();
    await side.getByText('1 person withdrew').waitFor();
    await side.getByText('2 people were erased').waitFor();
    await side.getByText(/Decide by .*; after that it is blocked/).waitFor();
    await on.page.getByRole('row', { name: /first try/ }).click();
    await side.getByText('This run has no model yet.').waitFor();
  });

  it('lets the steward train again without whoever left, and shows the certificate', async () => {
    const on = await room();
    await on.page.getByRole('row', { name: /quick/ }).click();
    const side = on.page.locator('aside');
    await side.getByRole('button', { name: 'Decide' }).click();
    const dialog = on.page.getByRole('dialog');
    await dialog.getByText(/byte for byte that of a run that never saw them/).waitFor();
    await dialog.getByText('about 2:23').waitFor();
    await dialog.getByRole('button', { name: 'Train again' }).click();
    await dialog.waitFor({ state: 'detached' });
    await side.getByText('Destroyed', { exact: true }).waitFor();
    await side.getByRole('button', { name: 'Certificate: trained again' }).click();
    await dialog.getByText('8, now 5').waitFor();
    await on.page.keyboard.press('Escape');
    await side.getByRole('button', { name: 'Certificate: destroyed' }).click();
    await dialog.getByText(/0 hits for 132 traces/).waitFor();
  });

  it('destroys a model only for who types its name', async () => {
    const on = await room();
    await on.page.getByRole('row', { name: /quick/ }).click();
    const side = on.page.locator('aside');
    await side.getByRole('button', { name: 'Decide' }).click();
    const dialog = on.page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'Destroy it' }).check();
    const destroy = dialog.getByRole('button', { name: 'Destroy', exact: true });
    expect(await destroy.isDisabled()).toBe(true);
    await dialog.getByLabel(/Type the name of the model/).fill('Ward 7 tagger, quick');
    await destroy.click();
    await dialog.waitFor({ state: 'detached' });
    await side.getByText('Destroyed', { exact: true }).waitFor();
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
    for (const route of [
      'run_01KAR000004',
      'new/bas_01KAR000001',
      'sweeps',
      'sweeps/new',
      'bases',
    ]) {
      await goTo(on.page, `/training/${route}`);
      expect([route, await clippedControls(on.page)]).toEqual([route, []]);
    }
  });
});
