// Bundles the processes for the packaged product. Development and tests run the sources directly:
// Node 24 strips the types.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const entry = (name: string) =>
  fileURLToPath(new URL(`../../main/entries/${name}.ts`, import.meta.url));

export default defineConfig({
  ssr: {
    noExternal: true,
    external: [
      'electron',
      'better-sqlite3-multiple-ciphers',
      'onnxruntime-node',
      'playwright-core',
      '@huggingface/transformers',
    ],
  },
  build: {
    ssr: true,
    outDir: fileURLToPath(new URL('../../dist/main', import.meta.url)),
    emptyOutDir: true,
    target: 'node24',
    rollupOptions: {
      input: {
        shell: entry('shell'),
        core: entry('core'),
        compute: entry('compute'),
        cli: entry('cli'),
        preview: entry('preview'),
      },
      output: { entryFileNames: '[name].js' },
    },
  },
});
