// Audit files of this machine, judged without opening any vault: for an auditor who was handed one.
import { createReadStream, readFileSync } from 'node:fs';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { OutputOf, ParsedInputOf } from '../../shared/contract/index.ts';
import { runVectors, verifyExport } from '../governance/index.ts';

export interface AuditFiles {
  verifyFile(
    input: ParsedInputOf<'audit.verifyFile'>,
  ): Promise<Result<OutputOf<'audit.verifyFile'>>>;
  vectors(input: ParsedInputOf<'audit.vectors'>): Result<OutputOf<'audit.vectors'>>;
}

export function createAuditFiles(): AuditFiles {
  return {
    async verifyFile({ source, anchors, verifierKey }) {
      try {
        const verdict = await verifyExport(createReadStream(source.path), {
          anchors: anchors.map(({ path }) => readFileSync(path)),
          ...(verifierKey !== undefined && { verifierKey }),
        });
        const { flaw } = verdict;
        return ok({ ...verdict, intact: flaw === undefined, flaw: flaw ?? null });
      } catch (error) {
        return unreadable(error);
      }
    },
    vectors({ source }) {
      try {
        const { passed, failed } = runVectors(source.path);
        return ok({ passed, failed: [...failed] });
      } catch (error) {
        return error instanceof SyntaxError
          ? failure('SOURCE_UNREADABLE', 'A vector is not JSON. Nothing was changed.')
          : unreadable(error);
      }
    },
  };
}

/** What the file system says about a file that cannot be read; anything else is a bug. */
function unreadable(error: unknown): Result<never> {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // The last: a name that cannot be one, with a zero byte in it.
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ERR_INVALID_ARG_VALUE') {
    return failure(
      'SOURCE_NOT_FOUND',
      'There is no such file. Nothing was changed. Check the path.',
    );
  }
  if (syscall === undefined) throw error;
  return failure(
    'SOURCE_UNREADABLE',
    `The file cannot be read (${code ?? syscall}). Nothing was changed.`,
  );
}
