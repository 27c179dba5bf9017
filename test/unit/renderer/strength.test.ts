import { describe, expect, test } from 'vitest';
import { passphraseStrength } from '../../../renderer/features/unlock/strength.ts';

describe('passphraseStrength', () => {
  test.each([
    ['', 'weak'],
    ['password', 'weak'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'weak'],
    ['123456789012345678901234567890', 'weak'],
    ['abcdefghijklmnopqrstuvwxyz', 'weak'],
    ['hospital hospital hospital hospital', 'weak'],
    ['copper window thirsty', 'weak'],
    ['copper window thirsty lantern', 'fair'],
    ['copper window thirsty lantern orbit', 'good'],
    ['vK7#qLw2!mZx9@Tr', 'good'],
  ])('%j is %s', (passphrase, strength) => {
    expect(passphraseStrength(passphrase)).toBe(strength);
  });
});
