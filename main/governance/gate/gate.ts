// The only way to subject text. Somebody asks with a purpose and an operation and gets a reader of exactly
// the documents permitted; every read and every batch asks the rule again, so a withdrawal counts from the
// next read on, also for a reader that is already open. What is unknown is denied.
import type { Purpose } from '../../../shared/contract/index.ts';
import { decide, type GateDuty, type GateSubject } from '../../../shared/domain/gate.ts';
import type { Operation } from '../../../shared/domain/purpose.ts';
import type { RetentionLimit } from '../../../shared/domain/retention.ts';
import { failure, ok, type Failure, type Result } from '../../../shared/kernel/result.ts';
import type { Actor, RoomContext } from '../context.ts';
import {
  createGateRepository,
  type GateRepository,
  type GateScope,
  type TextRow,
  type VerdictRow,
} from './gateRepository.ts';
import { compileGate, parseDenial, type CompiledGate, type GatePlan } from './gateSql.ts';
import {
  gatePurposeOf,
  policySha256,
  refusalOf,
  type Denial,
  type PolicyQuestion,
  type PurposePolicy,
} from './policy.ts';
import type { Purposes } from './purposes.ts';

export interface GateRequest extends GateScope {
  readonly actor: Actor;
  readonly purposeId: string;
  readonly operation: Operation;
  /**
   * The purposes this processing was allowed for, where that is not the purpose asked for itself: the one
   * asked for must be one of them or a part of one.
   */
  readonly allowedPurposes?: readonly string[] | undefined;
  /** Duties only the caller can tell of; one that is not met denies every document. */
  readonly duties?: readonly GateDuty[] | undefined;
}

export interface GatedDocument {
  readonly documentId: string;
  readonly rowid: number;
  readonly name: string;
  readonly subjectId: string | null;
  readonly language: string | null;
  readonly category: 'health' | 'finance' | 'other';
  readonly kind: 'original' | 'deidentified';
  readonly text: string;
  /** Of the text, lower-case hexadecimal. */
  readonly sha256: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export type Withheld = Denial & { readonly count: number };
export type Lost = Denial & { readonly documentId: string };

export interface GateReader {
  /** Of the policy at opening. */
  readonly policySha256: string;
  readonly permitted: number;
  /** Most frequent first. */
  readonly withheld: readonly Withheld[];
  /** Permitted at opening, in order of import. */
  ids(): readonly string[];
  /** Fails with NOT_FOUND where the document is not part of the question, GATE_DENIED, PURPOSE_RETIRED. */
  read(documentId: string): Result<GatedDocument>;
  /** The permitted documents in order of import; what was lost meanwhile is left out. */
  batches(size?: number): IterableIterator<readonly GatedDocument[]>;
  /** Which of the documents permitted at opening are not permitted any more. */
  recheck(): { readonly lost: readonly Lost[] };
}

export interface GateSummary {
  readonly permitted: number;
  readonly withheld: readonly Withheld[];
  readonly policySha256: string;
}

/** A question without the documents it is about. */
export type Asked = Omit<GateRequest, keyof GateScope>;

export interface Gate {
  /**
   * Writes one decision to the register. Fails with NOT_FOUND, PURPOSE_RETIRED, and GATE_DENIED (params
   * `step`, `reason`) where the question as a whole is refused; single documents are withheld instead.
   */
  open(request: GateRequest): Result<GateReader>;
  /** Ids of the permitted documents whose text contains the query, in order of import. As `open`. */
  search(request: GateRequest, query: string, limit?: number): Result<readonly string[]>;
  /** Counts only, nothing is disclosed or registered. Fails with NOT_FOUND, PURPOSE_RETIRED. */
  summary(request: GateRequest): Result<GateSummary>;
  /**
   * Whether one person's texts may be used for a purpose at all, whoever asks; for showing a consent. Null:
   * yes. Undefined where purpose or person do not exist.
   */
  verdictOn(subjectId: string, purposeId: string): Denial | null | undefined;
  /**
   * The rule as SQL over `document d`, for lists that show or filter by it: put `joins` behind the table,
   * `(denial) IS NULL` into WHERE, and bind `params`. Fails with NOT_FOUND, PURPOSE_RETIRED.
   */
  compile(request: Asked): Result<CompiledGate & { readonly policySha256: string }>;
}

const BATCH = 200;
const SEARCH_LIMIT = 10_000;

export interface GateDeps {
  readonly purposes: Purposes;
  /** Undefined where there is no such person. */
  readonly subjectFacts: (subjectId: string, purposeId: string) => GateSubject | undefined;
  /** What bounds the use of data for a purpose. */
  readonly limitsOf: (purpose: Purpose) => readonly RetentionLimit[];
  readonly vaultTime: () => string;
}

export function createGate(
  { store, clock }: RoomContext,
  { purposes, subjectFacts, limitsOf, vaultTime }: GateDeps,
  repository: GateRepository = createGateRepository(store),
): Gate {
  const policyOf = (purpose: Purpose): PurposePolicy => ({
    purpose,
    ancestors: purposes.above(purpose.purposeId),
    limits: limitsOf(purpose),
  });

  function questionOf(asked: Asked): Result<PolicyQuestion> {
    const { actor, purposeId, operation, allowedPurposes = [purposeId], duties = [] } = asked;
    const purpose = purposes.require(purposeId);
    if (!purpose.ok) return purpose;
    return ok({
      ...policyOf(purpose.value),
      roles: actor.roles,
      ...{ operation, allowedPurposes, duties },
      now: vaultTime(),
    });
  }

  /** The rule as it stands now; a purpose never disappears, so a question once asked can be asked again. */
  function compileNow(request: Asked): GatePlan {
    const question = questionOf(request);
    if (!question.ok) throw new Error('A purpose cannot disappear while it is in use');
    return compileGate(question.value);
  }

  function log(
    request: GateRequest,
    sha256: string,
    allowed: number,
    withheld: readonly Withheld[],
  ) {
    repository.log({
      at: clock.now(),
      actor: request.actor.userId,
      purposeId: request.purposeId,
      operation: request.operation,
      policySha256: sha256,
      allowed,
      denied: JSON.stringify(
        Object.fromEntries(withheld.map(({ step, reason, count }) => [`${step}:${reason}`, count])),
      ),
      collectionId: request.collectionId ?? null,
      subjectId: request.subjectId ?? null,
    });
  }

  /** A whole question that is refused is registered as one denial and answered with a failure. */
  function ask(request: GateRequest): Result<{ gate: GatePlan; sha256: string }> {
    const question = questionOf(request);
    if (!question.ok) return question;
    const sha256 = policySha256(question.value);
    const refusal = refusalOf(question.value);
    if (refusal) {
      log(request, sha256, 0, [{ ...refusal, count: 1 }]);
      return denied(refusal, question.value.purpose.name);
    }
    return ok({ gate: compileGate(question.value), sha256 });
  }

  function open(request: GateRequest): Result<GateReader> {
    const asked = ask(request);
    if (!asked.ok) return asked;
    const { gate, sha256 } = asked.value;
    const permitted = new Map<string, number>();
    const counts = new Map<string, number>();
    for (const { rowid, id, denial } of repository.verdicts(gate, request)) {
      if (denial === null) permitted.set(id, rowid);
      else counts.set(denial, (counts.get(denial) ?? 0) + 1);
    }
    const withheld = withheldOf(counts);
    log(scopedToPerson(request, permitted), sha256, permitted.size, withheld);
    return ok(reader(request, sha256, permitted, withheld));
  }

  /** A question about one document is one about its person, and shows in that person's access pack. */
  function scopedToPerson(
    request: GateRequest,
    permitted: ReadonlyMap<string, number>,
  ): GateRequest {
    const [rowid] = permitted.values();
    if (request.subjectId !== undefined || permitted.size !== 1 || rowid === undefined) {
      return request;
    }
    const subjectId = repository.subjectOf(rowid);
    return subjectId === null ? request : { ...request, subjectId };
  }

  function reader(
    request: GateRequest,
    sha256: string,
    permitted: ReadonlyMap<string, number>,
    withheld: readonly Withheld[],
  ): GateReader {
    const lostOf = (rows: readonly VerdictRow[]): Lost[] =>
      rows.flatMap(({ id, denial }) =>
        denial === null ? [] : [{ documentId: id, ...parseDenial(denial) }],
      );
    const register = (lost: readonly Lost[], allowed: number): void => {
      if (lost.length === 0) return;
      const counts = new Map<string, number>();
      for (const { step, reason } of lost) {
        const key = `${step}:${reason}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      log(request, sha256, allowed, withheldOf(counts));
    };

    return {
      policySha256: sha256,
      permitted: permitted.size,
      withheld,
      ids: () => [...permitted.keys()],
      read(documentId) {
        const rowid = permitted.get(documentId) ?? repository.find(documentId);
        const gate = compileNow(request);
        const inScope = rowid !== undefined && repository.inScope(rowid, request);
        const row = inScope ? repository.rows(gate, [rowid])[0] : undefined;
        if (!row) return notFound();
        if (row.denial === null) {
          // What was withheld at opening is not part of the decision registered then.
          if (!permitted.has(documentId))
            log({ ...request, subjectId: row.subject_id ?? undefined }, sha256, 1, []);
          return ok(documentOf(row));
        }
        const lost = { documentId, ...parseDenial(row.denial) };
        register([lost], 0);
        return denied(lost, purposes.get(request.purposeId)?.name ?? '');
      },
      *batches(size = BATCH) {
        const rowids = [...permitted.values()];
        for (let at = 0; at < rowids.length; at += size) {
          const rows = repository.rows(compileNow(request), rowids.slice(at, at + size));
          const documents = rows.filter((row) => row.denial === null).map(documentOf);
          register(lostOf(rows), documents.length);
          if (documents.length > 0) yield documents;
        }
      },
      recheck() {
        const rows = repository.verdictsOf(compileNow(request), [...permitted.values()]);
        const present = new Set(rows.map(({ id }) => id));
        // A document that is gone belonged to somebody who was erased since.
        const gone = [...permitted.keys()]
          .filter((id) => !present.has(id))
          .map((documentId): Lost => ({ documentId, step: 'state', reason: 'erased' }));
        const lost = [...lostOf(rows), ...gone];
        register(lost, permitted.size - lost.length);
        return { lost };
      },
    };
  }

  return {
    open,
    search(request, query, limit = SEARCH_LIMIT) {
      const asked = ask(request);
      if (!asked.ok) return asked;
      const { gate, sha256 } = asked.value;
      const found = query === '' ? [] : repository.search(gate, request, query, limit);
      // Withheld matches are not even counted: that a word occurs in a text is part of the text.
      log(request, sha256, found.length, []);
      return ok(found);
    },
    summary(request) {
      const question = questionOf(request);
      if (!question.ok) return question;
      if (question.value.purpose.state === 'retired') {
        return purposes.require(request.purposeId, { active: true }) as Result<never>;
      }
      const counts = repository.counts(compileGate(question.value), request);
      return ok({
        permitted: counts.get(null) ?? 0,
        withheld: withheldOf(counts),
        policySha256: policySha256(question.value),
      });
    },
    verdictOn(subjectId, purposeId) {
      const purpose = purposes.get(purposeId);
      const subject = subjectFacts(subjectId, purposeId);
      const [category] = purpose?.categories ?? [];
      const [operation] = purpose?.operations ?? [];
      if (!purpose || !subject || !category || !operation) return undefined;
      const now = vaultTime();
      const decision = decide({
        at: now,
        actor: { signedIn: true, roles: ['clinician', 'steward'] },
        operation,
        purpose: gatePurposeOf(policyOf(purpose)),
        allowedPurposes: [purposeId],
        // About the person: as if a note had come just now.
        document: {
          ...{ category, importedAt: now, dateOfDocument: now.slice(0, 10), held: false },
          subject: { ...subject, consentEndedAt: null },
        },
        duties: [],
      });
      return decision.allow ? null : { step: decision.step, reason: decision.reason };
    },
    compile(request) {
      const question = questionOf(request);
      if (!question.ok) return question;
      if (question.value.purpose.state === 'retired') {
        return purposes.require(request.purposeId, { active: true }) as Result<never>;
      }
      return ok({
        ...compileGate(question.value),
        policySha256: policySha256(question.value),
      });
    },
  };
}

const withheldOf = (counts: ReadonlyMap<string | null, number>): Withheld[] =>
  [...counts]
    .filter((entry): entry is [string, number] => entry[0] !== null)
    .map(([denial, count]) => ({ ...parseDenial(denial), count }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));

function documentOf(row: TextRow): GatedDocument {
  if (row.text === null) throw new Error('A permitted document has no text');
  return {
    documentId: row.id,
    rowid: row.rowid,
    name: row.name,
    subjectId: row.subject_id,
    language: row.language,
    category: row.category as GatedDocument['category'],
    kind: row.kind as GatedDocument['kind'],
    text: row.text,
    sha256: row.sha256,
    metadata: JSON.parse(row.metadata) as Record<string, string>,
  };
}

const notFound = () =>
  failure('NOT_FOUND', 'There is no such document in what was asked for. Nothing was changed.');

function denied({ step, reason }: Denial, purpose: string): { ok: false; error: Failure } {
  if (reason === 'purposeRetired') {
    return failure(
      'PURPOSE_RETIRED',
      `The purpose "${purpose}" is retired: nothing may be used for it any more. Nothing was changed. Choose or declare another purpose.`,
      { purpose },
    );
  }
  return failure(
    'GATE_DENIED',
    `The gate withholds this for the purpose "${purpose}" (${step}: ${reason}). Nothing was read or changed. The consent screen shows what is missing.`,
    { step, reason, purpose },
  );
}
