// Policy files outside any vault: read by whoever was handed one, signed by whoever holds the organisation's
// key. The key file is PKCS #8 under a passphrase, the form that OpenSSL reads.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { OutputOf, ParsedInputOf } from '../../shared/contract/index.ts';
import { guessBits } from '../../shared/domain/passphrase.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import {
  fingerprintOf,
  openKey,
  policyProblems,
  policySha256,
  publicKeyOf,
  readPolicyFile,
  signPolicy,
  summaryOf,
} from '../governance/index.ts';

export interface PolicyFiles {
  read(input: ParsedInputOf<'policy.read'>): Result<OutputOf<'policy.read'>>;
  sign(input: ParsedInputOf<'policy.sign'>): Result<OutputOf<'policy.sign'>>;
}

/** The key speaks for every vault of the organisation, and OpenSSL's derivation is quick to guess against. */
const LEAST_BITS = 60;

export function createPolicyFiles(): PolicyFiles {
  return {
    read({ text }) {
      const { policy, signed, problems } = readPolicyFile(text);
      return ok({
        summary: policy ? summaryOf(policy, signed?.file.signature.key) : null,
        signed: signed !== undefined,
        problems: [...problems, ...(policy ? policyProblems(policy, []) : [])].slice(0, 500),
      });
    },
    sign({ text, key: place, passphrase, makeKey, former }) {
      const { policy, signed, problems } = readPolicyFile(text);
      // A former signature that no longer holds is what signing again is for.
      const wrong = problems.filter(({ code }) => code !== 'signature');
      const unsound = policy ? policyProblems(policy, []) : [];
      const all = [...wrong, ...unsound.filter(({ code }) => !NEEDS_A_VAULT.has(code))];
      if (!policy || all.length > 0) {
        return failure(
          'POLICY_INVALID',
          `This policy is not sound: ${all
            .slice(0, 10)
            .map(({ place: where, code, detail }) =>
              [where, code, detail].filter(Boolean).join(' '),
            )
            .join('; ')}. Nothing was signed.`,
          { problems: all.length },
        );
      }
      const own = makeKey ? newKey(place.path, passphrase) : readKey(place.path, passphrase);
      if (!own.ok) return own;
      const before = former && readKey(former.key.path, former.passphrase);
      if (before && !before.ok) return before;
      const file = signPolicy(policy, own.value, {
        succession: signed?.file.succession ?? [],
        ...(before && { former: before.value }),
      });
      return ok({
        text: `${JSON.stringify(file, null, 2)}\n`,
        sha256: policySha256(policy),
        key: fingerprintOf(publicKeyOf(own.value)),
      });
    },
  };
}

/** What a file alone cannot answer: the vault may have declared what it names. */
const NEEDS_A_VAULT: ReadonlySet<string> = new Set(['purposeUnknown', 'parentUnknown']);

function readKey(path: string, passphrase: string): Result<KeyObject> {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    return noFile(error);
  }
  const key = openKey(pem, passphrase);
  return key
    ? ok(key)
    : failure(
        'WRONG_PASSPHRASE',
        'This passphrase does not open the key file, or it holds no Ed25519 key. Nothing was signed.',
      );
}

function newKey(path: string, passphrase: string): Result<KeyObject> {
  if (guessBits(passphrase) < LEAST_BITS) {
    return failure(
      'WEAK_PASSPHRASE',
      'This key speaks for the whole organisation; its passphrase would be found too soon. No key was made. Use five words or more that nobody would say in a row.',
    );
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase,
  });
  try {
    // Never over a file that is there: it may be the only copy of the key in force.
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, pem.toString());
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EEXIST'
      ? failure(
          'CONFLICT',
          'There is a file of that name already. No key was made. Choose another.',
        )
      : noFile(error);
  }
  return ok(privateKey);
}

function noFile(error: unknown): Result<never> {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined && code !== 'ERR_INVALID_ARG_VALUE') throw error;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return failure('NO_PERMISSION', 'The key file may not be opened here. Nothing was signed.');
  }
  return failure(
    'SOURCE_NOT_FOUND',
    'There is no such key file or folder. Nothing was signed. Check the path.',
  );
}
