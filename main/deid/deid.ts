// De-identification by rules: look at one document, or make a derived collection of copies. Text comes
// through the gate for the operation `deidentify`; copies stay linked to their person, because surrogates
// are pseudonyms and pseudonymous data is personal data (GDPR recital 26).
import { createHmac } from 'node:crypto';
import type { OutputOf } from '../../shared/contract/index.ts';
import { failure, ok, type Result } from '../../shared/kernel/result.ts';
import type { Corpus, Run } from '../corpus/index.ts';
import type { Actor, AuditLog, Governance } from '../governance/index.ts';
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { createDeidRepository } from './deidRepository.ts';
import { countAgainstGold, noGold } from './gold.ts';
import { createTransform } from './remake.ts';

export type DeidMode = 'type' | 'surrogate';
export type DeidPreview = OutputOf<'deid.preview'>;
export type DeidReport = OutputOf<'deid.run'>;

export interface Deid {
  /** Writes nothing; surrogates are those a run would give. Fails with NOT_FOUND, GATE_DENIED, PURPOSE_RETIRED. */
  preview(
    actor: Actor,
    asked: { readonly documentId: string; readonly purposeId: string; readonly mode: DeidMode },
  ): Result<DeidPreview>;
  /**
   * Fails with NOT_FOUND, GATE_DENIED, PURPOSE_RETIRED, CONFLICT (the name is taken, or the collection holds
   * copies already), CANCELLED (finished documents are kept).
   */
  run(
    actor: Actor,
    order: {
      readonly collectionId: string;
      readonly purposeId: string;
      readonly mode: DeidMode;
      readonly name?: string | undefined;
    },
    run: Run,
  ): Promise<Result<DeidReport>>;
}

export interface DeidDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly governance: Pick<Governance, 'gate' | 'subjects'>;
  readonly corpus: Pick<
    Corpus,
    'collection' | 'collectionNamed' | 'createDerivedCollection' | 'putDerived' | 'sourceSpans'
  >;
}

const BATCH = 50;

export function createDeid(deps: DeidDeps): Deid {
  const { store, clock, random, audit, corpus } = deps;
  const { gate, subjects } = deps.governance;
  const repository = createDeidRepository(store);
  const { transform, secret } = createTransform({ store, random, subjects });

  function chooseName(collection: string, wanted: string | undefined): Result<string> {
    if (wanted !== undefined) {
      return corpus.collectionNamed(wanted) === undefined
        ? ok(wanted)
        : failure(
            'CONFLICT',
            `There is already a collection named "${wanted}". Nothing was written. Choose another name.`,
            { name: wanted },
          );
    }
    const base = `${collection.slice(0, 170)} (de-identified)`;
    let name = base;
    for (let number = 2; corpus.collectionNamed(name) !== undefined; number += 1) {
      name = `${base} ${number}`;
    }
    return ok(name);
  }

  return {
    preview(actor, { documentId, purposeId, mode }) {
      const opened = gate.open({
        actor,
        purposeId,
        operation: 'deidentify',
        documentIds: [documentId],
      });
      if (!opened.ok) return opened;
      const read = opened.value.read(documentId);
      if (!read.ok) return read;
      const { text, findings } = transform(read.value, mode, false);
      return ok({
        text: read.value.text,
        result: text,
        findings: findings.map(
          ({ start, end, label, rule, score, replacement, resultStart, resultEnd }) => ({
            start,
            end,
            label,
            rule,
            score,
            replacement: replacement.slice(0, 500),
            resultStart,
            resultEnd,
          }),
        ),
      });
    },

    async run(actor, { collectionId, purposeId, mode, name: wanted }, run) {
      const collection = corpus.collection(collectionId);
      if (collection === undefined) {
        return failure('NOT_FOUND', 'There is no such collection. Nothing was written.');
      }
      if (collection.kind !== 'original') {
        return failure(
          'CONFLICT',
          `"${collection.name}" holds de-identified copies already. Nothing was written. Choose the collection they were made from.`,
          { collection: collection.name },
        );
      }
      const opened = gate.open({ actor, purposeId, operation: 'deidentify', collectionId });
      if (!opened.ok) return opened;
      const reader = opened.value;
      const name = chooseName(collection.name, wanted);
      if (!name.ok) return name;

      const derivedId = store.transaction(() =>
        corpus.createDerivedCollection(actor, name.value, collectionId),
      );
      const began = clock.monotonicMs();
      const byLabel = new Map<string, number>();
      const gold = noGold();
      let documents = 0;
      let findingsCount = 0;
      const withheldNow = (): number =>
        reader.withheld.reduce((sum, { count }) => sum + count, 0) + reader.permitted - documents;

      for (const batch of reader.batches(BATCH)) {
        const labeled = corpus.sourceSpans(batch.map(({ rowid }) => rowid));
        store.transaction(() => {
          for (const document of batch) {
            const applied = transform(document, mode, true);
            const spans = labeled.get(document.rowid) ?? [];
            const { rowid } = corpus.putDerived({
              collectionId: derivedId,
              // File names are often the names of patients; the copy gets one that says nothing.
              name: neutralName(document.documentId),
              subjectId: document.subjectId,
              language: document.language,
              category: document.category,
              metadata: {},
              derivedFrom: document.documentId,
              text: applied.text,
              spans: spans.map((span) => ({ ...span, ...applied.place(span), attributes: null })),
            });
            repository.insertFindings(rowid, applied.findings);
            if (spans.length > 0) countAgainstGold(gold, document.text, spans, applied.findings);
            for (const { label } of applied.findings)
              byLabel.set(label, (byLabel.get(label) ?? 0) + 1);
            findingsCount += applied.findings.length;
            documents += 1;
          }
        });
        const elapsed = (clock.monotonicMs() - began) / 1000;
        run.progress({
          stage: 'deidentify',
          done: documents,
          total: reader.permitted,
          unit: 'documents',
          etaSeconds: (elapsed * (reader.permitted - documents)) / Math.max(1, documents),
        });
        await new Promise((resolve) => setImmediate(resolve));
        if (run.signal.aborted) {
          audit.append({
            action: 'deid.run.cancelled',
            actor: actor.userId,
            object: { type: 'collection', id: derivedId },
            purpose: purposeId,
            counts: { documents },
          });
          return failure(
            'CANCELLED',
            `Cancelled. ${documents} finished documents are kept in "${name.value}".`,
            { documents },
          );
        }
      }
      return ok({
        collectionId: derivedId,
        collection: name.value,
        documents,
        withheld: withheldNow(),
        findings: findingsCount,
        byType: [...byLabel]
          .map(([label, count]) => ({ label, count }))
          .sort((a, b) => b.count - a.count),
        againstGold:
          gold.gold === 0
            ? null
            : {
                gold: gold.gold,
                covered: gold.covered,
                recall: gold.covered / gold.gold,
                precision: gold.findings === 0 ? 1 : gold.right / gold.findings,
              },
      });
    },
  };

  function neutralName(documentId: string): string {
    const digest = createHmac('sha256', secret()).update(`name\0${documentId}`).digest('hex');
    return `note-${digest.slice(0, 12)}`;
  }
}
