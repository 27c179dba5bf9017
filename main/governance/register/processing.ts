// What no configuration can know about a purpose: whose data it is, why it is needed, where it comes from,
// on whose instruction. Written by the steward, a version each; everything else of the record is generated.
import { createHash } from 'node:crypto';
import type { InputOf, Processing } from '../../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import { canonicalJson } from '../../platform/index.ts';
import type { Store } from '../../store/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import type { Purposes } from '../gate/purposes.ts';

export type ProcessingText = Omit<InputOf<'processing.describe'>, 'purposeId'>;
export type StoredProcessing = Omit<Processing, 'by'> & { readonly actor: string | null };

export interface ProcessingBook {
  /** Fails with NOT_FOUND, CONFLICT (nothing differs). */
  describe(actor: Actor, purposeId: string, text: ProcessingText): Result<StoredProcessing>;
  /** Empty texts and version 0 where nobody wrote any. */
  of(purposeId: string): StoredProcessing;
}

const NOTHING: ProcessingText = {
  subjectCategories: '',
  necessity: '',
  source: null,
  sourceText: '',
  jointControllers: '',
  instructions: '',
};

interface Row {
  readonly version: number;
  readonly body: string;
  readonly at: string;
  readonly actor: string;
  readonly audit_seq: number;
}

export function createProcessing(
  { store, clock, audit }: RoomContext,
  purposes: Pick<Purposes, 'require'>,
): ProcessingBook {
  const { insert, newest } = statements(store);

  function of(purposeId: string): StoredProcessing {
    const row = newest.get([purposeId]);
    return {
      purposeId,
      ...NOTHING,
      ...(row && (JSON.parse(row.body) as ProcessingText)),
      version: row?.version ?? 0,
      at: row?.at ?? null,
      actor: row?.actor ?? null,
      auditSeq: row?.audit_seq ?? null,
    };
  }

  return {
    of,
    describe(actor, purposeId, text) {
      return store.transaction(() => {
        const purpose = purposes.require(purposeId);
        if (!purpose.ok) return purpose;
        const { subjectCategories, necessity, source, sourceText, jointControllers, instructions } =
          text;
        const body = canonicalJson({
          ...{ subjectCategories, necessity, source, sourceText, jointControllers, instructions },
        });
        const former = newest.get([purposeId]);
        if ((former?.body ?? canonicalJson({ ...NOTHING })) === body) {
          return failure('CONFLICT', 'Nothing is different. Nothing was changed.');
        }
        const version = (former?.version ?? 0) + 1;
        const { seq } = audit.append({
          action: 'processing.describe',
          actor: actor.userId,
          roles: actor.roles,
          purpose: purposeId,
          counts: { version },
          commitments: { text: createHash('sha256').update(body).digest('hex') },
        });
        insert.run({ purposeId, version, body, at: clock.now(), actor: actor.userId, seq });
        return ok(of(purposeId));
      });
    },
  };
}

function statements({ db }: Pick<Store, 'db'>) {
  return {
    insert: db.prepare(
      `INSERT INTO processing_version (purpose_id, version, body, at, actor, audit_seq)
       VALUES (@purposeId, @version, @body, @at, @actor, @seq)`,
    ),
    newest: db.prepare<Row>(
      `SELECT version, body, at, actor, audit_seq FROM processing_version
       WHERE purpose_id = ? ORDER BY version DESC LIMIT 1`,
    ),
  };
}
