// A population with one person in it who is to be erased, spread as a seed says: notes from a line to several
// pages of the database, copies, labels, markers of several scripts.
import { needleForms, scanForNeedles, type Store } from '../../../main/store/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import {
  declare,
  give,
  person,
  putCollection,
  putDocument,
  TESTER,
  type House,
} from '../../unit/governance/house.ts';
import type { DomainRandom } from './layout.ts';

export interface Filled {
  readonly victim: string;
  readonly key: string;
  readonly markers: readonly string[];
  readonly requestId: string;
  readonly purposeId: string;
}

/** A population with one person in it whose notes carry markers of all kinds, spread as the seed says. */
export function fill(house: House, random: DomainRandom): Filled {
  const purpose = declare(house);
  const people = 4 + random.below(12);
  const at = random.below(people);
  const key = `NHC-${String(100_000 + random.below(900_000))}-Ω`;
  const markers: string[] = [key];
  let victim = '';
  for (let index = 0; index < people; index += 1) {
    const isVictim = index === at;
    const id = person(house, isVictim ? key : `OTHER-${index}-${random.below(1e6)}`);
    if (isVictim) victim = id;
    give(house, purpose.purposeId, [id]);
    const notes = 1 + random.below(4);
    for (let note = 0; note < notes; note += 1) {
      const marker = isVictim
        ? `Zürich-${random.word(12)} 張偉 ${random.word(10)}`
        : random.word(20);
      if (isVictim) markers.push(marker);
      // From one line to several pages of the database, so that overflow pages take part.
      const text = [
        'Discharge summary. Written by Dr. Smith. ',
        random.prose(random.below(6_000)),
        marker,
        random.prose(random.below(3_000)),
      ].join('\n');
      const name = isVictim ? `${key} note ${note}` : `other ${index} ${note}`;
      const original = putDocument(house, { name, text, subjectId: id });
      house.store.db.run(
        "INSERT INTO source_span (document_rowid, ordinal, start, end, label, annotator) VALUES (?, 0, 0, 9, 'TITLE', 'import')",
        [original.rowid],
      );
      if (random.below(2) === 0) {
        putDocument(house, {
          name: `${name} (de-identified)`,
          text: text.replaceAll(marker, '[NAME]'),
          subjectId: random.below(2) === 0 ? id : null,
          kind: 'deidentified',
          derivedFrom: original.id,
          collectionId: putCollection(house, 'De-identified'),
        });
      }
    }
  }
  const request = unwrap(
    house.governance.requests.open(TESTER, { kind: 'erasure', subject: { subjectId: victim } }),
  );
  return { victim, key, markers, requestId: request.requestId, purposeId: purpose.purposeId };
}

/** A second opinion: markers the product does not know about. */
export const scanned = (store: Store, markers: readonly string[]) =>
  scanForNeedles(
    store,
    markers.flatMap((marker) => needleForms(marker)),
  );
