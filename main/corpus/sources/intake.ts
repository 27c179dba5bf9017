// Files that the page sends: pieces of base64, in order, kept in memory alone until they are imported or
// given up. The page names them, so names are cleaned; the limits are what this process can hold.
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Clock, Random } from '../../platform/index.ts';
import type { Source } from '../types.ts';

export interface IntakeLimits {
  readonly bytesPerIntake: number;
  readonly filesPerIntake: number;
  readonly bytesInAll: number;
  readonly idleMs: number;
}
export const INTAKE_LIMITS: IntakeLimits = {
  bytesPerIntake: 512 * 1024 * 1024,
  filesPerIntake: 50_000,
  bytesInAll: 1024 * 1024 * 1024,
  idleMs: 60 * 60 * 1000,
};

export interface Intakes {
  begin(owner: string, label: string): { readonly intakeId: string };
  /** Fails with TOO_LARGE, BAD_INPUT, NOT_FOUND. */
  append(
    owner: string,
    piece: {
      readonly intakeId: string;
      readonly file: string;
      readonly chunk: string;
      readonly last: boolean;
    },
  ): Result<{ readonly receivedBytes: number }>;
  discard(owner: string, intakeId: string): void;
  /** Fails with NOT_FOUND; BAD_INPUT while a file is unfinished. */
  source(owner: string, intakeId: string): Result<Source>;
}

interface Intake {
  readonly owner: string;
  readonly label: string;
  readonly files: Map<string, { readonly pieces: Buffer[]; size: number; complete: boolean }>;
  bytes: number;
  touchedMs: number;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function createIntakes(
  deps: { readonly clock: Clock; readonly random: Random },
  limits: IntakeLimits = INTAKE_LIMITS,
): Intakes {
  const intakes = new Map<string, Intake>();

  function find(owner: string, intakeId: string): Result<Intake> {
    const intake = intakes.get(intakeId);
    if (intake?.owner === owner) {
      intake.touchedMs = deps.clock.monotonicMs();
      return ok(intake);
    }
    return failure(
      'NOT_FOUND',
      'These files are no longer held in memory. Nothing was imported. Choose them again.',
    );
  }

  function dropIdle(): void {
    const now = deps.clock.monotonicMs();
    for (const [id, intake] of intakes) {
      if (now - intake.touchedMs > limits.idleMs) intakes.delete(id);
    }
  }

  return {
    begin(owner, label) {
      dropIdle();
      const intakeId = deps.random.newId('intake');
      const touchedMs = deps.clock.monotonicMs();
      intakes.set(intakeId, { owner, label, files: new Map(), bytes: 0, touchedMs });
      return { intakeId };
    },

    append(owner, { intakeId, file, chunk, last }) {
      const found = find(owner, intakeId);
      if (!found.ok) return found;
      const intake = found.value;
      const name = cleanName(file);
      if (name === null || !BASE64.test(chunk)) {
        return failure('BAD_INPUT', 'A piece of a file arrived damaged. Choose the files again.');
      }
      const bytes = Buffer.from(chunk, 'base64');
      const entry = intake.files.get(name) ?? { pieces: [], size: 0, complete: false };
      if (entry.complete) {
        return failure('BAD_INPUT', 'A file was sent twice. Choose the files again.', {
          file: name,
        });
      }
      const inAll = [...intakes.values()].reduce((sum, { bytes: held }) => sum + held, 0);
      if (
        intake.bytes + bytes.length > limits.bytesPerIntake ||
        inAll + bytes.length > limits.bytesInAll ||
        (intake.files.size >= limits.filesPerIntake && !intake.files.has(name))
      ) {
        return failure(
          'TOO_LARGE',
          `These files are too much to hold in memory: at most ${limits.bytesPerIntake} bytes in ${limits.filesPerIntake} files. Nothing was imported. Import them in parts, or from the terminal, which reads folders directly.`,
          { file: name },
        );
      }
      entry.pieces.push(bytes);
      entry.size += bytes.length;
      entry.complete = last;
      intake.files.set(name, entry);
      intake.bytes += bytes.length;
      return ok({ receivedBytes: entry.size });
    },

    discard(owner, intakeId) {
      if (intakes.get(intakeId)?.owner === owner) intakes.delete(intakeId);
    },

    source(owner, intakeId) {
      const found = find(owner, intakeId);
      if (!found.ok) return found;
      const { label, files } = found.value;
      for (const [name, { complete }] of files) {
        if (!complete) {
          return failure(
            'BAD_INPUT',
            `"${name}" has not arrived in full. Nothing was imported. Choose the files again.`,
            { file: name },
          );
        }
      }
      return ok({
        label,
        issues: [],
        files: [...files].map(([name, { pieces, size }]) => ({ name, size, chunks: () => pieces })),
      });
    },
  };
}

/** Forward slashes, no leading slash, no way up, no control characters; null when nothing is left. */
function cleanName(file: string): string | null {
  const parts = file
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  const name = parts.join('/');
  return name === '' || /\p{Cc}/u.test(name) ? null : name;
}
