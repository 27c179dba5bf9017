// Builds the page. Output is plain files under dist/renderer, served by each shell from its own scheme.
// In mode `stub` (development only) the page talks to a stub core that lives beside it; nothing of the
// stub is in any build.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const path = (from: string) => fileURLToPath(new URL(`../../${from}`, import.meta.url));

const stubCore: Plugin = {
  name: 'cloister-stub-core',
  apply: 'serve',
  transformIndexHtml: () => [
    {
      tag: 'script',
      attrs: { type: 'module', src: `/@fs${path('test/fakes/stub/page.ts')}` },
      injectTo: 'head-prepend',
    },
  ],
};

export default defineConfig(({ mode }) => ({
  root: path('renderer'),
  base: './',
  plugins: [svelte({ configFile: false }), ...(mode === 'stub' ? [stubCore] : [])],
  server: { fs: { allow: [path('.')] } },
  build: {
    outDir: path('dist/renderer'),
    emptyOutDir: true,
    target: 'es2024',
    assetsInlineLimit: 0, // The content policy allows no data: URL.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1024, // Files come from the disk; the warning is about networks.
  },
}));
