import { describe, expect, it } from 'vitest';
import {
  attempt,
  attemptAsync,
  failureOf,
  fault,
  fileFault,
} from '../../../main/platform/index.ts';

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

describe('faults', () => {
  it('become results at a face; bugs stay thrown', async () => {
    const thrower = (): never => {
      throw fault('DISK_FULL', 'full', { file: 'a' });
    };
    expect(attempt(thrower)).toMatchObject({ ok: false, error: { code: 'DISK_FULL' } });
    expect(await attemptAsync(async () => thrower())).toMatchObject({ ok: false });
    expect(attempt(() => 3)).toEqual({ ok: true, value: 3 });
    expect(() =>
      attempt(() => {
        throw new TypeError('a bug');
      }),
    ).toThrow('a bug');
  });

  it('are found behind causes and in aggregates', () => {
    const inner = fault('NO_PERMISSION', 'no');
    expect(failureOf(new Error('outer', { cause: inner }))?.code).toBe('NO_PERMISSION');
    expect(failureOf(new AggregateError([new Error('x'), inner]))?.code).toBe('NO_PERMISSION');
    expect(failureOf(new Error('a bug'))).toBeUndefined();
  });

  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EACCES', 'NO_PERMISSION'],
    ['EPERM', 'NO_PERMISSION'],
    ['EROFS', 'NO_PERMISSION'],
  ])('translate %s to %s and name the file without its folders', (system, code) => {
    const failure = failureOf(fileFault(systemError(system), '/wards/Maria Lopez/notes.csv'));
    expect(failure).toMatchObject({ code, params: { file: 'notes.csv' } });
    expect(JSON.stringify(failure)).not.toContain('Maria');
  });

  it('leave other system errors alone', () => {
    const error = systemError('EMFILE');
    expect(fileFault(error, '/a')).toBe(error);
  });
});
