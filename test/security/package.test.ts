// What is shipped: every fuse decided as the reference says, nothing that downloads or updates, native
// libraries where they can be loaded. Read from the file that the builder reads.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const file = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const builder = file('electron-builder.yml');
const manifest = JSON.parse(file('package.json')) as {
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
};

describe('the package', () => {
  it.each([
    ['runAsNode', false],
    ['enableCookieEncryption', true],
    ['enableNodeOptionsEnvironmentVariable', false],
    ['enableNodeCliInspectArguments', false],
    ['enableEmbeddedAsarIntegrityValidation', true],
    ['onlyLoadAppFromAsar', true],
    ['loadBrowserProcessSpecificV8Snapshot', false],
    ['grantFileProtocolExtraPrivileges', false],
  ])('has the fuse %s set to %s', (fuse, value) => {
    expect(builder).toMatch(new RegExp(`^  ${fuse}: ${String(value)}\\b`, 'm'));
  });

  it('publishes nothing, updates nothing, rebuilds nothing', () => {
    expect(builder).toMatch(/^publish: null\b/m);
    expect(builder).toMatch(/^npmRebuild: false\b/m);
    expect(builder).not.toContain('nsis-web');
    expect(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })).not.toContain(
      'electron-updater',
    );
  });

  it('names the Electron that the lock file holds', () => {
    const version = /^electronVersion: (\S+)/m.exec(builder)?.[1];
    expect(version).toBe(manifest.devDependencies.electron);
    // Pinned: a range would let an upgrade in that nobody looked at.
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('unpacks what must be loaded by path, and ships no browser driver', () => {
    expect(builder).toContain("- '**/*.node'");
    expect(builder).toContain('- node_modules/onnxruntime-node/bin/**/*');
    expect(builder).toContain("- '!node_modules/playwright-core/**'");
  });
});
