import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unwrap } from '../../../../shared/kernel/result.ts';
import { createHouse, declare, give, person, TESTER, type House } from '../house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.dispose());

const TEXT = 'Wir verwenden Ihre Arztbriefe, um Namen darin zu finden.';
const publish = (purposeId: string, version: string, language = 'de') =>
  house.governance.notices.publish(TESTER, {
    purposeId,
    version,
    language,
    title: 'Hinweis',
    text: TEXT,
  });

it('keeps the text of a version that is in force, and asks nobody to consent again', () => {
  const { purposes, notices } = house.governance;
  const { purposeId } = declare(house, { noticeVersion: '1' });
  expect(notices.missing(purposeId)).toEqual(['1']);
  const published = unwrap(publish(purposeId, '1'));
  expect(published).toEqual({
    noticeId: published.noticeId,
    sha256: createHash('sha256').update(TEXT).digest('hex'),
    renewed: false,
  });
  expect(notices.missing(purposeId)).toEqual([]);
  expect(purposes.get(purposeId)?.noticeVersion).toBe('1');
  expect(notices.find(purposeId, '1')).toMatchObject({ text: TEXT, contains: null });
});

it('never changes a text people agreed to', () => {
  const { purposeId } = declare(house);
  unwrap(publish(purposeId, '1'));
  expect(publish(purposeId, '1')).toMatchObject({ ok: false, error: { code: 'CONFLICT' } });
  expect(publish(purposeId, '1', 'en').ok).toBe(true);
});

it('brings a new version into force, and files an old one without bringing it back', () => {
  const { purposes, notices } = house.governance;
  const { purposeId } = declare(house, { noticeVersion: '1' });
  expect(unwrap(publish(purposeId, '2')).renewed).toBe(true);
  expect(purposes.get(purposeId)?.noticeVersion).toBe('2');
  expect(notices.missing(purposeId)).toEqual(['1']);
  expect(unwrap(publish(purposeId, '1')).renewed).toBe(false);
  expect(purposes.get(purposeId)?.noticeVersion).toBe('2');
});

it('lapses the consents given to the former version', () => {
  const { consent } = house.governance;
  const { purposeId } = declare(house);
  const subjectId = person(house, '4411093');
  give(house, purposeId, [subjectId]);
  expect(consent.status(subjectId, purposeId).state).toBe('given');
  unwrap(publish(purposeId, '1'));
  expect(consent.status(subjectId, purposeId).state).toBe('given');
  unwrap(publish(purposeId, '2'));
  expect(consent.status(subjectId, purposeId).state).not.toBe('given');
});

it('finds the language asked for, one of the same family, or any', () => {
  const { notices } = house.governance;
  const { purposeId } = declare(house);
  unwrap(publish(purposeId, '1', 'en'));
  unwrap(publish(purposeId, '1', 'de-AT'));
  const languageOf = (wanted?: string) => notices.find(purposeId, '1', wanted)?.language;
  expect([languageOf('de'), languageOf('zh'), languageOf(), languageOf('en')]).toEqual([
    'de-AT',
    'en',
    'en',
    'en',
  ]);
  expect(notices.find(purposeId, '7')).toBeUndefined();
});

it('refuses a new version of a retired purpose, and a purpose that is not there', () => {
  const { purposes } = house.governance;
  const { purposeId } = declare(house);
  unwrap(purposes.retire(TESTER, purposeId, 'over'));
  expect(publish(purposeId, '2')).toMatchObject({ error: { code: 'PURPOSE_RETIRED' } });
  // What people had agreed to can still be filed.
  expect(publish(purposeId, '1').ok).toBe(true);
  expect(publish('pur_00000000000000000000000000', '1')).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
});

it('keeps what a person found in the text beside it, in the order of the list', () => {
  const { notices } = house.governance;
  const { purposeId } = declare(house);
  const { noticeId } = unwrap(publish(purposeId, '1'));
  unwrap(notices.check(TESTER, noticeId, ['rights', 'controller']));
  expect(notices.get(noticeId)?.contains).toEqual(['controller', 'rights']);
  unwrap(notices.check(TESTER, noticeId, []));
  expect(notices.get(noticeId)?.contains).toEqual([]);
});
