import { describe, expect, it } from 'vitest';
import {
  checkpointText,
  createSigner,
  openCheckpoint,
  openNote,
  parseCheckpoint,
} from '../../../../main/governance/audit/checkpoint.ts';

const ROOT = Buffer.alloc(32, 7);

// The example of golang.org/x/mod/sumdb/note: the same key must give the same bytes.
describe('signed note of golang.org/x/mod/sumdb/note', () => {
  const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
  const text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = `${text}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
  const verifierKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

  it('is signed to the same bytes', () => {
    const signer = createSigner('PeterNeumann', seed);
    expect(signer.verifierKey).toBe(verifierKey);
    expect(signer.sign(text)).toBe(note);
  });

  it('is opened, and not when a byte differs', () => {
    expect(openNote(note, verifierKey)).toBe(text);
    expect(openNote(note.replace('answer', 'Answer'), verifierKey)).toBeUndefined();
    expect(openNote(note.replace('x08go/ZJ', 'x08go/ZK'), verifierKey)).toBeUndefined();
    expect(openNote(note, verifierKey.replace('c74f20a3', 'c74f20a4'))).toBeUndefined();
    expect(openNote(text, verifierKey)).toBeUndefined();
  });

  it('may carry other signatures beside the known one', () => {
    const other = createSigner('witness', Buffer.alloc(32, 1)).sign(text).split('\n').at(-2);
    expect(openNote(`${note}${other}\n`, verifierKey)).toBe(text);
    expect(openNote(`${note}not a signature\n`, verifierKey)).toBe(undefined);
  });
});

describe('checkpoint', () => {
  const signer = createSigner('cloister/vlt_1', Buffer.alloc(32, 3));
  const text = checkpointText({ origin: signer.name, size: 12, root: ROOT });

  it('is three lines: origin, size, root', () => {
    expect(text).toBe(`cloister/vlt_1\n12\n${ROOT.toString('base64')}\n`);
    expect(parseCheckpoint(text)).toEqual({ origin: signer.name, size: 12, root: ROOT });
  });

  it('opens for its own origin and key only', () => {
    const note = signer.sign(text);
    expect(openCheckpoint(note, signer.name, signer.verifierKey)?.size).toBe(12);
    expect(openCheckpoint(note, 'cloister/vlt_2', signer.verifierKey)).toBeUndefined();
    const other = createSigner(signer.name, Buffer.alloc(32, 4));
    expect(openCheckpoint(note, signer.name, other.verifierKey)).toBeUndefined();
  });

  it.each([
    ['a leading zero', text.replace('\n12\n', '\n012\n')],
    ['a negative size', text.replace('\n12\n', '\n-1\n')],
    ['a size beyond 2^53', text.replace('\n12\n', '\n9007199254740993\n')],
    ['an extension line', `${text}extension\n`],
    ['a short root', `o\n1\n${Buffer.alloc(31).toString('base64')}\n`],
    ['a root in another alphabet', `o\n1\n${Buffer.alloc(32, 255).toString('base64url')}=\n`],
    ['no newline at the end', text.trimEnd()],
    ['no origin', text.replace('cloister/vlt_1', '')],
  ])('is refused with %s', (_name, broken) => {
    expect(parseCheckpoint(broken)).toBeUndefined();
  });
});
