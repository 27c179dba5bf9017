// Lint rules. Each one that is not a preset carries its reason; layering is checked by
// test/architecture, which can explain itself better than a lint rule can.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const NETWORK_MODULES = ['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns'];

export default ts.config(
  {
    ignores: [
      '.cloister/',
      'node_modules/',
      'dist/',
      'release/',
      'resources/',
      'test/.output/',
      'test/fixtures/',
    ],
  },
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      'no-undef': 'off', // TypeScript knows better.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: ['error', 'always'],
      'no-console': 'error', // Standard output belongs to the terminal shell; logs must never hold text.
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
    rules: {
      'svelte/no-at-html-tags': 'error', // Subject text is hostile input.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // Invariant 7: no network. A socket can only be opened through one of these.
    files: ['main/**', 'renderer/**', 'shared/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: NETWORK_MODULES.flatMap((name) =>
            [name, `node:${name}`].map((path) => ({
              name: path,
              message: 'Cloister opens no socket. Processes talk over pipes and message ports.',
            })),
          ),
        },
      ],
      'no-restricted-globals': [
        'error',
        'fetch',
        'WebSocket',
        'EventSource',
        'XMLHttpRequest',
        'RTCPeerConnection',
      ],
    },
  },
  { files: ['main/cli/**', 'test/bench/**', 'test/tooling/**'], rules: { 'no-console': 'off' } },
);
