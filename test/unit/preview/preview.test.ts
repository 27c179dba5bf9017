import { describe, expect, it } from 'vitest';
import { freePath } from '../../../main/preview/downloads.ts';
import { isOwnUrl } from '../../../main/preview/origin.ts';
import { addressOf, readPreviewArguments, readSize } from '../../../main/preview/preview.ts';

describe('the preview', () => {
  it.each([
    ['https://cloister.invalid/', true],
    ['https://cloister.invalid/assets/app.js', true],
    ['http://cloister.invalid/', false],
    ['https://cloister.invalid.evil.example/', false],
    ['https://evil.example/https://cloister.invalid/', false],
    ['https://user@cloister.invalid/', false],
    ['https://cloister.invalid:444/', false],
    ['nonsense', false],
  ])('knows its own page: %s is %s', (url, own) => {
    expect(isOwnUrl(url)).toBe(own);
  });

  it('puts the flags of a picture into the address', () => {
    const picture = { file: 'x', theme: 'dark', locale: 'zh', passphrase: undefined };
    expect(addressOf({ ...picture, route: 'documents' })).toBe(
      'https://cloister.invalid/?theme=dark&locale=zh#/documents',
    );
    expect(addressOf({ ...picture, route: '#/home', theme: undefined, locale: undefined })).toBe(
      'https://cloister.invalid/#/home',
    );
    expect(addressOf(undefined)).toBe('https://cloister.invalid/');
  });

  it('reads its arguments, and needs no display for a picture', () => {
    const product = { folder: '/app', version: '1.0.0' };
    const args = ['--vault', '/v', '--chromium', '/c'];
    const picture = readPreviewArguments(
      [...args, '--screenshot', 'a.png', '--size', '1024x700'],
      product,
    );
    expect(picture).toMatchObject({
      folder: '/v',
      headless: true,
      size: { width: 1024, height: 700 },
      picture: { route: 'home' },
    });
    expect(readPreviewArguments(args, product).picture).toBeUndefined();
    expect(() => readPreviewArguments([], product)).toThrow(/cloister open/);
    expect(readSize('bad')).toEqual({ width: 1440, height: 900 });
  });

  it('saves under a bare name and overwrites nothing', () => {
    const taken = new Set(['/d/card.html', '/d/card (2).html']);
    const path = (name: string) => freePath('/d', name, (each) => taken.has(each));
    expect(path('card.html')).toBe('/d/card (3).html');
    expect(path('../../etc/passwd')).toBe('/d/passwd');
    expect(path('..\\..\\run.exe')).toBe('/d/run.exe');
    expect(path('')).toBe('/d/export');
  });
});
