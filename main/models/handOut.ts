/*
 * A model that leaves the vault. Weights carry what they learned from people, so the purpose must allow
 * export, the model must be valid, the recipient is named and the hash registered before a byte is read;
 * whoever is later asked to tell the recipients of a person's data finds them. The bytes then go out in
 * pieces, to whoever registered the exit and in the same session alone.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { OutputOf } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Actor, Governance, RegisterExit } from '../governance/index.ts';
import type { SealedReader } from '../store/index.ts';
import { zipOf, type ZipSource } from './bundles/zipWriter.ts';
import type { ModelRegistry } from './modelRegistry.ts';

export interface HandOut {
  /** Fails with NOT_FOUND, MODEL_BLOCKED, PURPOSE_RETIRED, GATE_DENIED, BAD_INPUT (no recipient), DESTINATION_BLOCKED. */
  register(
    actor: Actor,
    order: { readonly modelId: string; readonly form: 'files' | 'zip' } & Pick<
      RegisterExit,
      'recipient' | 'partyId' | 'country'
    >,
  ): Result<OutputOf<'model.export'>>;
  /** Fails with NOT_FOUND (no such exit in this session, no such file), MODEL_BLOCKED (stale since). */
  read(
    actor: Actor,
    place: { readonly exitId: string; readonly file: string; readonly offset: number },
  ): Result<OutputOf<'model.exportRead'>>;
}

export interface HandOutDeps {
  readonly registry: ModelRegistry;
  readonly governance: Pick<Governance, 'exits' | 'purposes'>;
}

interface Leaving {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  read(offset: number, length: number): Buffer;
}

interface Grant {
  readonly modelId: string;
  readonly userId: string;
  readonly files: readonly Leaving[];
}

/** Becomes a little less than 1.5 million characters of base64. */
const PIECE = 1024 * 1024;

export function createHandOut({ registry, governance }: HandOutDeps): HandOut {
  const grants = new Map<string, Grant>();

  /** Opened for each piece: a file handle must not stay behind where the other side stops reading. */
  function sealed(modelId: string, path: string): ZipSource['read'] {
    return (offset, length) => {
      const reader = registry.openFile(modelId, path) as SealedReader;
      try {
        return reader.read(offset, length);
      } finally {
        reader.close();
      }
    };
  }

  function filesOf(modelId: string): readonly Leaving[] {
    return registry.files(modelId).map(({ path, bytes, sha256 }) => ({
      name: path,
      bytes,
      sha256,
      read: (offset, length) => Buffer.from(sealed(modelId, path)(offset, length)),
    }));
  }

  function archiveOf(modelId: string, folder: string): Leaving {
    const image = zipOf(
      registry.files(modelId).map(({ path, bytes }) => ({
        name: `${folder}/${path}`,
        size: bytes,
        crc: crcOf(registry.openFile(modelId, path) as SealedReader),
        read: sealed(modelId, path),
      })),
    );
    const hash = createHash('sha256');
    for (let at = 0; at < image.size; at += PIECE) hash.update(image.read(at, PIECE));
    return {
      name: `${folder}.zip`,
      bytes: image.size,
      sha256: hash.digest('hex'),
      read: image.read,
    };
  }

  return {
    register(actor, { modelId, recipient, partyId, country, form }) {
      const usable = registry.requireUsable(modelId);
      if (!usable.ok) return usable;
      const { name, purposeId } = usable.value;
      const purpose = governance.purposes.require(purposeId, { active: true });
      if (!purpose.ok) return purpose;
      if (!purpose.value.operations.includes('export')) {
        return failure(
          'GATE_DENIED',
          `The purpose "${purpose.value.name}", under which "${name}" learned from people, does not allow handing anything out. Nothing left the vault. Declare a purpose that includes export, and train under it.`,
          { step: 'purpose', reason: 'operation', count: usable.value.subjects },
        );
      }
      const folder = folderName(name);
      const files = form === 'zip' ? [archiveOf(modelId, folder)] : filesOf(modelId);
      const exit = governance.exits.register({
        actor,
        kind: 'model',
        objectId: modelId,
        ...{ recipient, partyId, country },
        purpose: purposeId,
        files: files.map(({ name: file, sha256, bytes }) => ({ name: file, sha256, bytes })),
        subjectIds: registry
          .lineage(modelId)
          .flatMap(({ subjectId }) => (subjectId === null ? [] : [subjectId])),
      });
      if (!exit.ok) return exit;
      const { exitId } = exit.value;
      grants.set(exitId, { modelId, userId: actor.userId, files });
      return ok({
        exitId,
        name: folder,
        files: files.map(({ name: file, bytes, sha256 }) => ({ name: file, bytes, sha256 })),
        sizeBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      });
    },
    read(actor, { exitId, file, offset }) {
      const grant = grants.get(exitId);
      const wanted =
        grant?.userId === actor.userId ? grant.files.find(({ name }) => name === file) : undefined;
      if (!grant || !wanted || offset > wanted.bytes) {
        return failure(
          'NOT_FOUND',
          'No such file was registered to leave in this session. Nothing left the vault. Export the model again.',
        );
      }
      // A withdrawal between two pieces stops the rest.
      const still = registry.requireUsable(grant.modelId);
      if (!still.ok) return still;
      const piece = wanted.read(offset, PIECE);
      const next = offset + piece.length;
      return ok({ chunk: piece.toString('base64'), next: next < wanted.bytes ? next : null });
    },
  };
}

function crcOf(reader: SealedReader): number {
  try {
    let crc = 0;
    for (const chunk of reader.chunks()) crc = crc32(chunk, crc);
    return crc;
  } finally {
    reader.close();
  }
}

/** A name for a folder on any system. */
const folderName = (name: string): string =>
  name
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 100) || 'model';
