// Where a browser is needed: the system's Chromium. Skipping is allowed on a machine without one, never
// in continuous integration, and never quietly.
import { findChromium } from '../../main/cli/doctor.ts';

export const CHROMIUM = findChromium();

export function skipsWithoutChromium(): boolean {
  if (CHROMIUM) return false;
  if (process.env.CI)
    throw new Error('No Chromium on this machine: install it, browser tests must run');
  process.stderr.write('SKIPPED: no Chromium on this machine, browser tests did not run.\n');
  return true;
}
