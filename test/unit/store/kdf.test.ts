import { describe, expect, it } from 'vitest';
import {
  KDF_FLOOR,
  calibrateKdf,
  deriveKey,
  isAcceptableCost,
  nodeArgon2,
  wasmArgon2,
  type Argon2Engine,
  type KdfCost,
} from '../../../main/store/kdf.ts';
import { createFakeClock } from '../../fakes/clock.ts';

const salt = Buffer.from('somesalt');
const cost = (memoryKiB: number, iterations: number, parallelism = 1): KdfCost => ({
  algorithm: 'argon2id',
  memoryKiB,
  iterations,
  parallelism,
});
const engines: [string, Argon2Engine][] = [['WebAssembly', wasmArgon2]];
if (nodeArgon2) engines.push(['Node', nodeArgon2]);

// argon2id lines of the reference implementation's own test (github.com/P-H-C/phc-winner-argon2, test.c).
describe.each(engines)('Argon2id by %s', (_name, engine) => {
  it.each([
    [
      'password',
      'somesalt',
      cost(65_536, 2),
      '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7',
    ],
    [
      'password',
      'somesalt',
      cost(256, 2),
      '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe',
    ],
    [
      'password',
      'somesalt',
      cost(256, 2, 2),
      '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037',
    ],
    [
      'differentpassword',
      'somesalt',
      cost(65_536, 2),
      '0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde',
    ],
    [
      'password',
      'diffsalt',
      cost(65_536, 2),
      'bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c',
    ],
  ])('gives the reference value for %s, %s', async (passphrase, saltText, price, expected) => {
    const key = await deriveKey(passphrase, Buffer.from(saltText), price, engine);
    expect(key.toString('hex')).toBe(expected);
  });
});

describe('passphrase', () => {
  it('is the same however the keyboard composed its letters', async () => {
    const composed = await deriveKey('G\u00fcnther', salt, KDF_FLOOR);
    expect(await deriveKey('Gu\u0308nther', salt, KDF_FLOOR)).toEqual(composed);
    expect(await deriveKey('Gunther', salt, KDF_FLOOR)).not.toEqual(composed);
  });
});

describe('cost', () => {
  it('is refused below the floor and beyond what a machine can bear', () => {
    expect(isAcceptableCost(KDF_FLOOR)).toBe(true);
    expect(isAcceptableCost(cost(19_455, 2))).toBe(false);
    expect(isAcceptableCost(cost(19_456, 1))).toBe(false);
    expect(isAcceptableCost(cost(64_000_000, 2))).toBe(false);
    expect(isAcceptableCost(cost(65_536.5, 3))).toBe(false);
  });

  /** A machine on which `unit` milliseconds go by per MiB and pass. */
  const machine = (unit: number) => {
    const clock = createFakeClock();
    const engine: Argon2Engine = async (_passphrase, _salt, { memoryKiB, iterations }) => {
      clock.advance((memoryKiB / 1_024) * iterations * unit);
      return Buffer.alloc(32);
    };
    return { clock, engine };
  };
  const milliseconds = (found: KdfCost, unit: number): number =>
    (found.memoryKiB / 1_024) * found.iterations * unit;

  it.each([0.05, 0.3, 1, 3, 10])('is tuned to 0.5–1 s where %f ms go by per MiB', async (unit) => {
    const { clock, engine } = machine(unit);
    const found = await calibrateKdf(clock, engine);
    expect(isAcceptableCost(found)).toBe(true);
    expect(milliseconds(found, unit)).toBeGreaterThanOrEqual(500);
    expect(milliseconds(found, unit)).toBeLessThanOrEqual(1_000);
  });

  it('stays at the floor on a machine too slow for it', async () => {
    const { clock, engine } = machine(100);
    expect(await calibrateKdf(clock, engine)).toEqual(KDF_FLOOR);
  });
});
