/*
 * Where reports lie: a row each, their files sealed, their hashes kept. An access pack belongs to a
 * person and goes with that person; it is shown to stewards alone.
 */
import type { Report } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Actor } from '../governance/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import type { ReportRepository, ReportRow } from './reportRepository.ts';

export interface NewReport {
  readonly kind: Report['kind'];
  readonly title: string;
  readonly actor: Actor;
  readonly modelId?: string;
  readonly requestId?: string;
  /** The person an access pack is about. */
  readonly subjectId?: string;
  readonly files: readonly {
    readonly name: string;
    readonly mediaType: string;
    readonly content: string;
  }[];
}

export interface ReportFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface ReportArchive {
  /** Joins the caller's transaction. Throws DISK_FULL. */
  put(report: NewReport): Report;
  /** Newest first, at most 500; without access packs for those who may not see them. */
  list(actor: Actor): Report[];
  /** Fails with NOT_FOUND, FORBIDDEN. */
  read(
    actor: Actor,
    reportId: string,
  ): Result<{
    readonly report: Report;
    readonly subjectId: string | null;
    readonly files: readonly ReportFile[];
  }>;
  /** Rows and files of the person's reports; joins the caller's transaction. */
  removeOf(subjectId: string): number;
  countOf(subjectId: string): number;
}

export function createReportArchive(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly repository: ReportRepository;
}): ReportArchive {
  const { store, clock, random, repository } = deps;

  const reportOf = (row: ReportRow): Report => ({
    reportId: row.id,
    kind: row.kind,
    title: row.title,
    createdAt: row.created_at,
    modelId: row.model_id,
    requestId: row.request_id,
    files: repository.files(row.id).map((file) => ({
      name: file.name,
      mediaType: file.media_type,
      bytes: file.bytes,
      sha256: file.sha256,
    })),
  });

  return {
    put(report) {
      return store.transaction(() => {
        const row: ReportRow = {
          id: random.newId('report'),
          kind: report.kind,
          title: report.title.slice(0, 200),
          created_at: clock.now(),
          model_id: report.modelId ?? null,
          request_id: report.requestId ?? null,
          subject_id: report.subjectId ?? null,
          actor: report.actor.userId,
        };
        repository.insert(row);
        for (const { name, mediaType, content } of report.files) {
          const file = store.sealed.put('report', [Buffer.from(content, 'utf8')]);
          repository.insertFile({
            report_id: row.id,
            name,
            media_type: mediaType,
            sealed_id: file.id,
            bytes: file.size,
            sha256: file.sha256.toString('hex'),
          });
        }
        return reportOf(row);
      });
    },
    list: (actor) =>
      repository
        .newest()
        .filter((row) => maySee(actor, row))
        .map(reportOf),
    read(actor, reportId) {
      const row = repository.byId(reportId);
      if (!row) {
        return failure('NOT_FOUND', 'There is no such report in this vault. Nothing was changed.');
      }
      if (!maySee(actor, row)) {
        return failure(
          'FORBIDDEN',
          'An access pack, a receipt or a letter holds one person’s data and is for the data steward alone. Nothing was shown. Ask a steward.',
        );
      }
      const files = repository.files(row.id).map((file) => ({
        name: file.name,
        mediaType: file.media_type,
        content: store.sealed.read(file.sealed_id).toString('utf8'),
        sha256: file.sha256,
        bytes: file.bytes,
      }));
      return ok({ report: reportOf(row), subjectId: row.subject_id, files });
    },
    removeOf(subjectId) {
      const rows = repository.ofSubject(subjectId);
      for (const row of rows) {
        for (const file of repository.files(row.id)) store.sealed.remove(file.sealed_id);
        repository.remove(row.id);
      }
      return rows.length;
    },
    countOf: (subjectId) => repository.ofSubject(subjectId).length,
  };
}

const maySee = ({ roles }: Actor, { kind }: ReportRow): boolean =>
  !PERSONAL.has(kind) || roles.includes('steward');

/** Each holds one person's data. */
const PERSONAL: ReadonlySet<Report['kind']> = new Set([
  'accessPack',
  'letter',
  'consentReceipt',
  'recipientNotice',
]);
