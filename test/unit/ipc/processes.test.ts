import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { entryFile, scrubbedEnvironment } from '../../../main/ipc/index.ts';

describe('the environment of a child', () => {
  it('keeps what a program needs to run and nothing of what may steer it or speak of the person', () => {
    const kept = scrubbedEnvironment({
      PATH: '/bin',
      HOME: '/home/ana',
      LC_ALL: 'es_ES.UTF-8',
      NODE_OPTIONS: '--require /tmp/evil.js',
      HTTPS_PROXY: 'http://proxy',
      AWS_SECRET_ACCESS_KEY: 'x',
      LD_PRELOAD: '/tmp/evil.so',
      ORT_DISABLE_TELEMETRY: '0',
      UNDEFINED: undefined,
    });
    expect(kept).toEqual({
      PATH: '/bin',
      HOME: '/home/ana',
      LC_ALL: 'es_ES.UTF-8',
      ORT_DISABLE_TELEMETRY: '1',
      HF_HUB_OFFLINE: '1',
      DO_NOT_TRACK: '1',
    });
  });
});

describe('entries', () => {
  it('are found beside sources and beside a bundle', () => {
    expect(entryFile('core', 'file:///app/main/ipc/processes.ts')).toBe(
      '/app/main/entries/core.ts',
    );
    expect(entryFile('core', 'file:///app/dist/main/chunk.js')).toMatch(/core\.js$/);
  });
});

describe('the network guard', () => {
  const guard = fileURLToPath(new URL('../../../main/ipc/noNetwork.ts', import.meta.url));
  const run = (code: string, guarded: boolean) =>
    spawnSync(process.execPath, [...(guarded ? ['--import', guard] : []), '--eval', code], {
      encoding: 'utf8',
    });

  it.each([
    ['a socket', "require('net').connect(9, '127.0.0.1').on('error', () => {})"],
    ['a listener', "require('net').createServer().listen(0).unref()"],
    ['a datagram', "require('dgram').createSocket('udp4').bind(0, function () { this.close() })"],
    ['a name', "require('dns').lookup('localhost', () => {})"],
    ['a request', "require('http').get('http://127.0.0.1:9').on('error', () => {})"],
    ['fetch', "fetch('http://127.0.0.1:9').catch(() => {})"],
  ])('stops %s', (_, code) => {
    const stopped = run(code, true);
    expect(stopped.stderr).toContain('Cloister opens no network connection');
    expect(stopped.status).not.toBe(0);
    expect(run(code, false).status).toBe(0);
  });

  it('leaves pipes to children alone', () => {
    const child =
      "require('child_process').execFileSync(process.execPath, ['-e', 'console.log(7)'])";
    expect(run(`process.stdout.write(${child})`, true).stdout).toBe('7\n');
  });
});
