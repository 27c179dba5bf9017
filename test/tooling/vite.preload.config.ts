// A sandboxed preload cannot import ES modules: one CommonJS file (reference: Electron process sandboxing).
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  ssr: { noExternal: true, external: ['electron'] },
  build: {
    ssr: true,
    outDir: fileURLToPath(new URL('../../dist/main', import.meta.url)),
    emptyOutDir: false,
    target: 'node24',
    rollupOptions: {
      input: { preload: fileURLToPath(new URL('../../main/entries/preload.ts', import.meta.url)) },
      output: { format: 'cjs', entryFileNames: '[name].cjs' },
    },
  },
});
