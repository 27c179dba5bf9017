import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { newRecoveryCode, normalRecoveryCode } from '../../../main/store/recoveryCode.ts';
import { createClock, createRandom } from '../../../main/platform/index.ts';

const random = createRandom(createClock());

describe('the recovery code', () => {
  it('is seven groups of four that read back as themselves', () => {
    for (let i = 0; i < 200; i++) {
      const code = newRecoveryCode(random);
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(normalRecoveryCode(code)).toBe(code.replaceAll('-', ''));
      const typed = code
        .toLowerCase()
        .replaceAll('-', ' ')
        .replaceAll('0', 'o')
        .replaceAll('1', 'l');
      expect(normalRecoveryCode(` ${typed} `)).toBe(code.replaceAll('-', ''));
    }
  });

  it('notices nearly every slip of the pen before a key is derived', () => {
    const code = newRecoveryCode(random).replaceAll('-', '');
    let missed = 0;
    for (let at = 0; at < code.length; at++) {
      for (const letter of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
        if (letter === code[at]) continue;
        if (normalRecoveryCode(code.slice(0, at) + letter + code.slice(at + 1))) missed += 1;
      }
    }
    // Ten check bits let one in 1,024 pass; of 868 slips more than eight would be no accident.
    expect(missed).toBeLessThanOrEqual(8);
  });

  it('never takes a passphrase for a code', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => normalRecoveryCode(text) === undefined),
    );
  });
});
