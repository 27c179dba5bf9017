import { describe, expect, it } from 'vitest';
import { isLocalDisplay, withoutNetwork } from '../../../main/cli/isolation.ts';
import { chooseShell, hasDisplay } from '../../../main/cli/open.ts';

describe('which shell opens', () => {
  const chromium = '/usr/bin/chromium';
  const electron = '/opt/electron';

  it('is Electron where its runtime is, and says so', () => {
    expect(chooseShell('auto', false, { electron, chromium })).toMatchObject({
      shell: 'electron',
      binary: electron,
    });
  });

  it('is the preview where it is not, when asked for, and for pictures, and says why', () => {
    expect(chooseShell('auto', false, { electron: undefined, chromium })).toMatchObject({
      shell: 'preview',
      why: expect.stringContaining('has not been fetched'),
    });
    expect(chooseShell('preview', false, { electron, chromium }).why).toContain('as asked');
    expect(chooseShell('auto', true, { electron, chromium }).why).toContain('picture');
  });

  it('is none where there is neither, or not the one that was asked for', () => {
    expect(() => chooseShell('auto', false, { electron: undefined, chromium: undefined })).toThrow(
      /Neither/,
    );
    expect(() => chooseShell('electron', false, { electron: undefined, chromium })).toThrow(
      /not on this machine/,
    );
  });
});

describe('a display', () => {
  it.each([
    ['linux', {}, false],
    ['linux', { DISPLAY: ':0' }, true],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
    ['win32', {}, true],
    ['darwin', {}, true],
  ] as const)('on %s with %o: %s', (platform, environment, there) => {
    expect(hasDisplay(platform, environment)).toBe(there);
  });
});

describe('a process without a network', () => {
  it('runs in a namespace of its own where that is permitted', () => {
    const { binary, args, isolated } = withoutNetwork('/bin/node', ['a', 'b'], {}, () => true);
    expect([binary, args.at(-3), args.slice(-2), isolated]).toEqual([
      'unshare',
      '/bin/node',
      ['a', 'b'],
      true,
    ]);
    expect(args).toContain('--net');
  });

  it('runs as it is where that is forbidden, or where its display is on another machine', () => {
    const plain = { binary: '/bin/node', args: ['a'], isolated: false };
    expect(withoutNetwork('/bin/node', ['a'], {}, () => false)).toEqual(plain);
    const far = { DISPLAY: 'localhost:10.0' };
    expect(withoutNetwork('/bin/node', ['a'], far, () => true)).toEqual(plain);
    expect(isLocalDisplay({ DISPLAY: ':0' })).toBe(true);
    expect(isLocalDisplay({ ...far, WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
  });
});
