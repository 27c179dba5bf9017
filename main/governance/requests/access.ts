// Everything this vault holds about one person, for an answer under GDPR Art. 15: what, for which purposes
// and on which basis, how long, who used it and who got it. Data only; `main/reports` makes it readable.
import { createHash } from 'node:crypto';
import { KEEP_GROUNDS } from '../../../shared/domain/erasures.ts';
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { Purpose } from '../../../shared/contract/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import type { ConsentEntry, Consents } from '../consent/consent.ts';
import { createAccessRepository, type LabelRow } from './accessRepository.ts';
import type { ExitEntry, Exits } from '../exits/exits.ts';
import type { AccessPart, SubjectFollower } from '../followers.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import { logOwnReading } from './ownReading.ts';
import { createKeptRepository } from '../erasure/keptRepository.ts';
import type { Purposes } from '../gate/purposes.ts';
import { createRectificationRepository } from './rectificationRepository.ts';
import type { RedactionLog, Redactions, Redactor, RedactedText } from './redactions.ts';
import type { Requests } from './requests.ts';
import type { Subjects } from '../subjects.ts';

export interface AccessDocument {
  readonly name: string;
  readonly collection: string;
  readonly kind: 'original' | 'deidentified';
  readonly category: string;
  readonly language: string | null;
  readonly importedAt: string;
  readonly sha256: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Without what is about other people; its hash is that of this text. */
  readonly text: string;
  /** How many passages were left out. */
  readonly withheld: number;
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
  readonly redaction: RedactionLog;
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
const MOST_CORRECTIONS = 1_000;

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
    readonly redactions: Pick<Redactions, 'redactor'>;
  },
): Access {
  const repository = createAccessRepository(store);
  const rectifications = createRectificationRepository(store);
  const kept = createKeptRepository(store);

  /** Every text as the copy gives it, and by its document's name where its places went. */
  function documentsOf(
    subjectId: string,
    redactor: Redactor,
    onDocument: (done: number, total: number) => void,
  ): { readonly documents: AccessDocument[]; readonly places: Map<string, RedactedText[]> } {
    const frames = new Map(repository.frames(subjectId).map((frame) => [frame.rowid, frame]));
    const labels = Map.groupBy(repository.importedLabels(subjectId), (row) => row.document_rowid);
    const places = new Map<string, RedactedText[]>();
    const documents = deps.texts.ownTexts(subjectId).map((row, index): AccessDocument => {
      const copy = redactor.text(row, row.text ?? '');
      const withheld = copy.redactions.length;
      places.set(row.name, [...(places.get(row.name) ?? []), copy]);
      onDocument(index + 1, frames.size);
      return {
        name: row.name,
        collection: frames.get(row.rowid)?.collection ?? '',
        kind: row.kind as AccessDocument['kind'],
        category: row.category,
        language: row.language,
        importedAt: frames.get(row.rowid)?.imported_at ?? '',
        // The hash of the whole text would let the words left out be tried out.
        sha256: withheld === 0 ? row.sha256 : sha256Of(copy.text),
        metadata: fieldsOf(row.metadata, redactor),
        text: copy.text,
        withheld,
        labels: (labels.get(row.rowid) ?? []).map((label) => labelOf(label, copy)),
      };
    });
    return { documents, places };
  }

  /** What this room holds beside texts: what corrections replaced, and what is kept on a ground. */
  function ownParts(subjectId: string, redactor: Redactor): AccessPart[] {
    const words = new Map(deps.texts.versions(subjectId).map((each) => [each.id, each]));
    const shown = (of: string | null | undefined): string | null =>
      of === null || of === undefined ? null : redactor.value('text', of);
    return [
      {
        what: 'corrections',
        columns: ['at', 'kind', 'field', 'before', 'after'],
        rows: rectifications
          .page(subjectId, null, MOST_CORRECTIONS)
          .map(({ id, at, kind, field }) => [
            at,
            kind,
            field,
            shown(words.get(id)?.before),
            shown(words.get(id)?.after),
          ]),
      },
      {
        what: 'keptOnGround',
        columns: ['part', 'ground', 'why', 'until'],
        rows: kept
          .ofSubject(subjectId)
          .map(({ scope, target, ground, text, until }) => [
            kept.collectionName(target) ?? (target === '' ? scope : target),
            KEEP_GROUNDS[ground],
            text,
            until,
          ]),
      },
    ];
  }

  return {
    collect(actor, requestId, onDocument = () => undefined, kind = 'access') {
      const found = deps.requests.requireOpen(requestId, kind);
      if (!found.ok) return found;
      const { subjectId, receivedOn, dueOn } = found.value;
      const row = subjectId === null ? undefined : deps.subjects.row(subjectId);
      if (subjectId === null || !row) throw new Error('An open request has lost its person');

      const redactor = deps.redactions.redactor(requestId, subjectId);
      const { documents, places } = documentsOf(subjectId, redactor, onDocument);
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
        parts: [
          ...ownParts(subjectId, redactor),
          ...deps.followers.flatMap((follower) => follower.access?.(subjectId) ?? []),
        ]
          .filter(({ rows }) => rows.length > 0)
          .map((part) => partInCopy(part, places, redactor)),
        consents: deps.consent.history(subjectId).map((entry) => ({
          ...entry,
          evidence: redactor.value('evidence', entry.evidence),
        })),
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
        redaction: redactor.log(),
      };
      // After collecting: the reading for this answer is not one of the uses it reports.
      logOwnReading(
        { texts: deps.texts, clock },
        actor,
        requestId,
        kind,
        subjectId,
        documents.length,
      );
      return ok(data);
    },
  };
}

function labelOf({ start, end, label, annotator }: LabelRow, copy: RedactedText) {
  const place = copy.place({ start, end });
  return { ...place, label, annotator, text: copy.text.slice(place.start, place.end) };
}

const sha256Of = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const fieldsOf = (metadata: string, redactor: Redactor): Record<string, string> =>
  Object.fromEntries(
    Object.entries(JSON.parse(metadata) as Record<string, string>).map(([field, value]) => [
      field,
      redactor.value(field, value),
    ]),
  );

/** Places in the rows of other rooms are those of the copy; two texts of one name leave them unsaid. */
function partInCopy(
  part: AccessPart,
  places: ReadonlyMap<string, readonly RedactedText[]>,
  redactor: Redactor,
): AccessPart {
  const at = (column: string): number => part.columns.indexOf(column);
  const [document, start, end, metadata] = [at('document'), at('start'), at('end'), at('metadata')];
  const moves = document >= 0 && start >= 0 && end >= 0;
  if (!moves && metadata < 0) return part;
  const rows = part.rows.map((row) => {
    const copy = [...row];
    if (metadata >= 0) {
      copy[metadata] = JSON.stringify(fieldsOf(String(row[metadata] ?? '{}'), redactor));
    }
    if (moves) {
      const [only, second] = places.get(String(row[document])) ?? [];
      const place =
        only && !second ? only.place({ start: Number(row[start]), end: Number(row[end]) }) : null;
      copy[start] = place?.start ?? null;
      copy[end] = place?.end ?? null;
    }
    return copy;
  });
  return { ...part, rows };
}
