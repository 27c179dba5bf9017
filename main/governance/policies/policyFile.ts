// The file of a policy: canonical JSON (RFC 8785) under an Ed25519 signature of the organisation's key, and
// how one key hands over to the next. What is signed names its kind first, so that no other signature of the
// same key can be taken for it.
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { PolicyFile, Policy, type PolicyProblem } from '../../../shared/contract/index.ts';
import { canonicalJson, type JsonValue } from '../../platform/index.ts';
import { isSignedBy, PUBLIC_ENVELOPE } from '../audit/ed25519.ts';

export interface SignedPolicy {
  readonly file: PolicyFile;
  readonly policy: Policy;
  /** Of the policy as canonical JSON, hexadecimal. */
  readonly sha256: string;
}

export interface ReadPolicy {
  /** The policy, signed or not, where its shape is right. */
  readonly policy: Policy | undefined;
  readonly sha256: string | undefined;
  /** The whole file, where its signature holds too. */
  readonly signed: SignedPolicy | undefined;
  readonly problems: readonly PolicyProblem[];
}

/** Checks form and signature. Whether the key may speak here is not the file's to say. */
export function readPolicyFile(text: string): ReadPolicy {
  const none = { policy: undefined, sha256: undefined, signed: undefined };
  const parsed = parseJson(text);
  if (!parsed) return { ...none, problems: [{ place: '', code: 'json', detail: '' }] };
  const isFile =
    typeof parsed.value === 'object' && parsed.value !== null && 'policy' in parsed.value;
  const checked = isFile ? PolicyFile.safeParse(parsed.value) : Policy.safeParse(parsed.value);
  if (!checked.success) {
    return {
      ...none,
      problems: checked.error.issues.slice(0, 200).map(({ path, message }) => ({
        place: path.map(String).join('.').slice(0, 200),
        code: 'shape',
        detail: message.slice(0, 500),
      })),
    };
  }
  const policy = 'policy' in checked.data ? checked.data.policy : checked.data;
  const sha256 = policySha256(policy);
  if (!('policy' in checked.data)) return { policy, sha256, signed: undefined, problems: [] };
  const file = checked.data;
  const { key, signature } = file.signature;
  if (!isSignedBy(bytesOf(key), statementOf(policy), bytesOf(signature))) {
    return {
      ...{ policy, sha256, signed: undefined },
      problems: [{ place: 'signature', code: 'signature', detail: fingerprintOf(key) }],
    };
  }
  return { policy, sha256, signed: { file, policy, sha256 }, problems: [] };
}

/** Two members of one name would let a person read another policy than the program does. */
function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return hasTwins(text) ? undefined : { value };
  } catch {
    return undefined;
  }
}

/** Whether an object of this (valid) JSON text names a member twice. */
function hasTwins(text: string): boolean {
  const open: (Set<string> | null)[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const [piece, colon] of text.matchAll(token)) {
    if (piece === '{') open.push(new Set());
    else if (piece === '[') open.push(null);
    else if (piece === '}' || piece === ']') open.pop();
    else if (colon !== undefined) {
      const name = JSON.parse(piece.slice(0, piece.length - colon.length)) as string;
      const names = open.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
  }
  return false;
}

/** Whether the key of the file speaks for the organisation whose key is pinned: the same, or its successor. */
export function continues(file: PolicyFile, pinned: string): boolean {
  let speaks = pinned;
  if (speaks === file.signature.key) return true;
  for (const { from, to, signature } of file.succession) {
    if (from !== speaks) continue; // Of a time before this vault pinned its key.
    if (!isSignedBy(bytesOf(from), successionOf(from, to), bytesOf(signature))) return false;
    speaks = to;
    if (speaks === file.signature.key) return true;
  }
  return false;
}

/** Signs a policy; a former key, where given, names this one its successor. */
export function signPolicy(
  policy: Policy,
  key: KeyObject,
  before: { readonly succession: PolicyFile['succession']; readonly former?: KeyObject },
): PolicyFile {
  const own = publicKeyOf(key);
  const succession = [...before.succession];
  if (before.former) {
    const from = publicKeyOf(before.former);
    const signature = sign(null, successionOf(from, own), before.former).toString('base64');
    succession.push({ from, to: own, signature });
  }
  const signature = sign(null, statementOf(policy), key).toString('base64');
  return { policy, signature: { key: own, signature }, succession };
}

export const policySha256 = (policy: Policy): string =>
  createHash('sha256').update(canonicalOf(policy)).digest('hex');

/** As it is compared by eye: the SHA-256 of the raw key, in groups of four. */
export const fingerprintOf = (key: string): string =>
  (createHash('sha256').update(bytesOf(key)).digest('hex').match(/.{4}/g) ?? []).join(' ');

/** Raw, base64. */
export function publicKeyOf(key: KeyObject): string {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return spki.subarray(PUBLIC_ENVELOPE.length).toString('base64');
}

/** Undefined for a wrong passphrase, or for what is no Ed25519 key. */
export function openKey(pem: string, passphrase: string): KeyObject | undefined {
  try {
    const key = createPrivateKey({ key: pem, passphrase });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');
const canonicalOf = (policy: Policy): string =>
  canonicalJson(JSON.parse(JSON.stringify(policy)) as JsonValue);
const statementOf = (policy: Policy): Buffer =>
  Buffer.from(`cloister-policy/1\n${canonicalOf(policy)}`, 'utf8');
const successionOf = (from: string, to: string): Buffer =>
  Buffer.from(`cloister-policy-succession/1\n${from}\n${to}\n`, 'utf8');
