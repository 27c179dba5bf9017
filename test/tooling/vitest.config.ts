// One project per level of test, so that `--project unit` stays quick. Forked processes, because the
// tests open real SQLite files and real ONNX sessions; two at a time, because the floor is two cores.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));
const level = (name: string, testTimeout: number) => ({
  plugins: [svelte({ configFile: false })],
  root,
  configFile: false as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: Math.max(60_000, testTimeout),
  },
});

export default defineConfig({
  root,
  test: {
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', fileURLToPath(new URL('./summaryReporter.ts', import.meta.url))],
    projects: [
      level('architecture', 30_000),
      level('unit', 60_000),
      level('integration', 180_000),
      level('security', 180_000),
      level('browser', 120_000),
      level('e2e', 600_000),
    ],
  },
});
