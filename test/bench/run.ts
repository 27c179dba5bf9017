// `npm run bench` runs every suite, `npm run bench -- house` one of them. Exit code 1 when a bound is missed.
import { holds, print, type Measure } from './report.ts';

const SUITES: Readonly<
  Record<string, () => Promise<{ readonly measures: () => Promise<readonly Measure[]> }>>
> = {
  house: () => import('./house.ts'),
  training: () => import('./training.ts'),
  vault: () => import('./vault.ts'),
  governance: () => import('./governance.ts'),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(SUITES, name));
if (unknown.length > 0) {
  process.stderr.write(
    `No suite ${unknown.join(', ')}. There are: ${Object.keys(SUITES).join(', ')}.\n`,
  );
  process.exit(2);
}

let missed = 0;
for (const [name, load] of Object.entries(SUITES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const { measures } = await load();
  const measured = await measures();
  print(name, measured);
  missed += measured.filter((measure) => !holds(measure)).length;
}
process.exitCode = missed > 0 ? 1 : 0;
