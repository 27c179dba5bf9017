/**
 * Files on their way into the core: in order, in chunks the contract allows, into an intake that the caller
 * then works with. Whatever ends the way early, nothing of it stays behind.
 */
import type { Client, WireError } from '../../shared/contract/index.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { chunkOf, inOrder, labelOf } from './files.ts';

/** 1 MiB: as base64 a little below the 1,500,000 characters the contract allows per chunk. */
const CHUNK_BYTES = 1_048_576;

export interface Handing {
  /** The file under way, by its place inside the source. */
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

/** The id of the intake. Aborting gives CANCELLED. */
export async function handOver(
  client: Client,
  chosen: readonly File[],
  { signal, onProgress }: { signal: AbortSignal; onProgress: (handing: Handing) => void },
): Promise<Result<string, WireError>> {
  const begun = await client.call('intake.begin', { label: labelOf(chosen) });
  if (!begun.ok) return begun;
  const { intakeId } = begun.value;
  const total = chosen.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  for (const { file, name } of inOrder(chosen)) {
    let start = 0;
    do {
      onProgress({ file: name, done: before + start, total });
      const chunk = await chunkOf(file, start, CHUNK_BYTES);
      start += CHUNK_BYTES;
      const sent = signal.aborted
        ? CANCELLED
        : await client.call('intake.append', {
            intakeId,
            file: name,
            chunk,
            last: start >= file.size,
          });
      if (!sent.ok) {
        await client.call('intake.discard', { intakeId });
        return sent;
      }
    } while (start < file.size);
    before += file.size;
  }
  if (signal.aborted) {
    await client.call('intake.discard', { intakeId });
    return CANCELLED;
  }
  return { ok: true, value: intakeId };
}

const CANCELLED: Result<never, WireError> = {
  ok: false,
  error: {
    code: 'CANCELLED',
    message: 'Given up before everything was handed over.',
    params: {},
    retryable: true,
    correlationId: '',
  },
};
