// Everything this vault holds about one person, for an answer under GDPR Art. 15: what, for which purposes
// and on which basis, how long, who used it and who got it. Data only; `main/reports` makes it readable.
import { ok, type Result } from '../../shared/kernel/result.ts';
import type { Purpose } from '../../shared/contract/index.ts';
import type { Actor, RoomContext } from './context.ts';
import type { ConsentEntry, Consents } from './consent.ts';
import { createAccessRepository, type LabelRow } from './accessRepository.ts';
import type { ExitEntry, Exits } from './exits.ts';
import type { AccessPart, SubjectFollower } from './followers.ts';
import type { GateRepository } from './gateRepository.ts';
import { GATE_RULES_VERSION } from './policy.ts';
import type { Purposes } from './purposes.ts';
import type { Requests } from './requests.ts';
import type { Subjects } from './subjects.ts';

export interface AccessDocument {
  readonly name: string;
  readonly collection: string;
  readonly kind: 'original' | 'deidentified';
  readonly category: string;
  readonly language: string | null;
  readonly importedAt: string;
  readonly sha256: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly text: string;
  /** As they came with the file; offsets in UTF-16 code units. */
  readonly labels: readonly {
    readonly start: number;
    readonly end: number;
    readonly label: string;
    readonly annotator: string;
    readonly text: string;
  }[];
}

export interface AccessData {
  readonly request: {
    readonly requestId: string;
    readonly receivedOn: string;
    readonly dueOn: string;
  };
  readonly collectedAt: string;
  readonly person: {
    readonly identifiers: readonly { readonly scheme: string; readonly value: string }[];
    readonly knownSince: string;
    readonly state: string;
  };
  readonly documents: readonly AccessDocument[];
  /** What the other rooms hold: labels made here, replacements, models and so on. */
  readonly parts: readonly AccessPart[];
  readonly consents: readonly ConsentEntry[];
  readonly purposes: readonly (Purpose & { readonly consent: string })[];
  readonly uses: {
    /** The newest thousand; `total` counts all. */
    readonly decisions: readonly {
      readonly at: string;
      readonly purpose: string;
      readonly operation: string;
      readonly reach: 'person' | 'collection' | 'everything';
    }[];
    readonly total: number;
    readonly snapshots: readonly {
      readonly name: string;
      readonly at: string;
      readonly purpose: string;
      readonly documents: number;
    }[];
    readonly models: readonly {
      readonly name: string;
      readonly at: string;
      readonly documents: number;
    }[];
  };
  readonly recipients: readonly ExitEntry[];
}

export interface Access {
  /**
   * Registered as a decision of its own, with the request in the purpose's place: the ground is the
   * person's right, not a purpose. Fails with NOT_FOUND, REQUEST_CLOSED, CONFLICT.
   */
  collect(
    actor: Actor,
    requestId: string,
    onDocument?: (done: number, total: number) => void,
    kind?: 'access' | 'portability',
  ): Result<AccessData & { readonly subjectId: string }>;
}

const MOST_DECISIONS = 1_000;

export function createAccess(
  { store, clock }: RoomContext,
  deps: {
    readonly requests: Requests;
    readonly subjects: Subjects;
    readonly consent: Consents;
    readonly purposes: Purposes;
    readonly exits: Exits;
    readonly texts: GateRepository;
    readonly followers: readonly SubjectFollower[];
  },
): Access {
  const repository = createAccessRepository(store);

  function documentsOf(
    subjectId: string,
    onDocument: (done: number, total: number) => void,
  ): AccessDocument[] {
    const frames = new Map(repository.frames(subjectId).map((frame) => [frame.rowid, frame]));
    const labels = Map.groupBy(repository.importedLabels(subjectId), (row) => row.document_rowid);
    return deps.texts.ownTexts(subjectId).map((row, index) => {
      const text = row.text ?? '';
      onDocument(index + 1, frames.size);
      return {
        name: row.name,
        collection: frames.get(row.rowid)?.collection ?? '',
        kind: row.kind as AccessDocument['kind'],
        category: row.category,
        language: row.language,
        importedAt: frames.get(row.rowid)?.imported_at ?? '',
        sha256: row.sha256,
        metadata: JSON.parse(row.metadata) as Record<string, string>,
        text,
        labels: (labels.get(row.rowid) ?? []).map((label) => labelOf(label, text)),
      };
    });
  }

  return {
    collect(actor, requestId, onDocument = () => undefined, kind = 'access') {
      const found = deps.requests.requireOpen(requestId, kind);
      if (!found.ok) return found;
      const { subjectId, receivedOn, dueOn } = found.value;
      const row = subjectId === null ? undefined : deps.subjects.row(subjectId);
      if (subjectId === null || !row) throw new Error('An open request has lost its person');

      const documents = documentsOf(subjectId, onDocument);
      const total = repository.countDecisions(subjectId);
      const data: AccessData & { subjectId: string } = {
        subjectId,
        request: { requestId, receivedOn, dueOn },
        collectedAt: clock.now(),
        person: {
          identifiers: deps.subjects.identifiers(subjectId),
          knownSince: repository.knownSince(subjectId) ?? '',
          state: row.state,
        },
        documents,
        parts: deps.followers
          .flatMap((follower) => follower.access?.(subjectId) ?? [])
          .filter(({ rows }) => rows.length > 0),
        consents: deps.consent.history(subjectId),
        purposes: deps.purposes.list().map((purpose) => ({
          ...purpose,
          consent: deps.consent.status(subjectId, purpose.purposeId).state,
        })),
        uses: {
          decisions: repository
            .decisions(subjectId, MOST_DECISIONS)
            .map(({ at, purpose, operation, reach }) => ({ at, purpose, operation, reach })),
          total,
          snapshots: repository.snapshots(subjectId),
          models: repository.models(subjectId),
        },
        recipients: deps.exits.ofSubject(subjectId),
      };
      // After collecting: the reading for this answer is not one of the uses it reports.
      deps.texts.log({
        at: clock.now(),
        actor: actor.userId,
        purposeId: requestId,
        operation: kind,
        policySha256: `rules:${GATE_RULES_VERSION}`,
        allowed: documents.length,
        denied: '{}',
        collectionId: null,
        subjectId,
      });
      return ok(data);
    },
  };
}

const labelOf = ({ start, end, label, annotator }: LabelRow, text: string) => ({
  start,
  end,
  label,
  annotator,
  text: text.slice(start, end),
});
