// Target 1 of the reference: no byte of an erased person over random layouts, in every encoding, with index and
// full-text search. A dozen layouts run always; CLOISTER_SOAK=200 (`npm run test:soak`) runs as many as it says.
import { afterEach, describe, expect, it } from 'vitest';
import { unwrap } from '../../../shared/kernel/result.ts';
import {
  createHouse,
  putCollection,
  putDocument,
  TESTER,
  type House,
} from '../../unit/governance/house.ts';
import { fill, scanned } from './filled.ts';
import { createDomainRandom } from './layout.ts';

const LAYOUTS = Number(process.env['CLOISTER_SOAK'] ?? 12);

let house: House | undefined;
afterEach(() => {
  house?.dispose();
  house = undefined;
});

describe(`over ${LAYOUTS} random layouts`, () => {
  it.each(Array.from({ length: LAYOUTS }, (_, at) => at + 1))(
    'nothing of the person is left, layout %i',
    { timeout: 120_000 },
    async (seed) => {
      house = await createHouse();
      const random = createDomainRandom(seed);
      const { requestId, key, victim, markers } = fill(house, random);
      const { erasure, keptParts } = house.governance;

      // In every third layout a part stays, with words of its own.
      const stays = `Statute keeps ${random.word(14)} 保存 ${random.word(9)}`;
      let keep: readonly string[] = [];
      if (seed % 3 === 0) {
        const collectionId = putCollection(house, 'Kept records');
        putDocument(house, {
          name: `record ${random.word(6)}`,
          text: `${random.prose(random.below(5_000))}\n${stays}\n${random.prose(random.below(500))}`,
          subjectId: victim,
          collectionId,
        });
        const scope = { of: 'collection', collectionId } as const;
        const text = 'The statute asks for it, so it stays.';
        unwrap(
          keptParts.decide(TESTER, requestId, [
            { scope, ground: 'statute', text, until: '2060-01-01' },
          ]),
        );
        ({ keep } = unwrap(erasure.preview(requestId)));
      }
      // In every fourth a text was corrected before: the words of then go too.
      if (seed % 4 === 0) await correct(house, victim, markers as string[]);

      expect(scanned(house.store, markers).hits.length).toBeGreaterThan(0);
      const certificate = unwrap(
        await erasure.erase(TESTER, { requestId, confirmation: key, keep }),
      );

      expect(certificate.scan.hits).toBe(0);
      // The number of a person who is kept in part stays with what is kept.
      const gone = keep.length > 0 ? markers.slice(1) : markers;
      expect(scanned(house.store, gone).hits).toEqual([]);
      expect(scanned(house.store, [stays]).hits.length > 0).toBe(keep.length > 0);
      expect(house.store.check()).toEqual([]);
    },
  );
});

/** Replaces a stretch of the person's first note; what stood there is a marker from now on. */
async function correct(of: House, subjectId: string, markers: string[]): Promise<void> {
  const { requests, rectification } = of.governance;
  const subject = { subjectId };
  const { requestId } = unwrap(requests.open(TESTER, { kind: 'rectification', subject }));
  const { items } = unwrap(rectification.holdings(requestId, { cursor: null, limit: 50 }));
  const original = items.find(({ kind, length }) => kind === 'original' && length > 80);
  if (!original) return;
  const { documentId } = original;
  const { text } = unwrap(rectification.readText(TESTER, requestId, documentId));
  const start = text.indexOf(' Written by Dr. Smith');
  const expected = text.slice(start + 1, start + 40);
  const replacement = `Nothing of the kind, says ${markers.length} ${expected.length} Kowalczyk-Brzęk`;
  unwrap(
    rectification.rectify(TESTER, requestId, [
      { kind: 'passage', documentId, start: start + 1, end: start + 40, expected, replacement },
    ]),
  );
  markers.push(replacement);
}
