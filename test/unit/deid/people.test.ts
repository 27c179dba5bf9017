// Whose a found name is, in the four languages: the patient’s, somebody’s who works there, or somebody else’s.
import { expect, it } from 'vitest';
import { findPeople, peopleFinder } from '../../../main/deid/index.ts';

const whose = (text: string): Record<string, string> =>
  Object.fromEntries(
    findPeople(text).map(({ start, end, whose: of }) => [text.slice(start, end), of]),
  );

it.each([
  [
    'Paciente: Elena Robles Sanz\nMédico: Martín Ibáñez Roca\nSu marido Cosme Madariaga refiere.\nRobles mejora.',
    {
      'Elena Robles Sanz': 'subject',
      'Martín Ibáñez Roca': 'staff',
      'Cosme Madariaga': 'other',
      Robles: 'subject',
    },
  ],
  [
    'Patient: Margaret Holloway\nHer husband Samuel Holloway called.\nDr. Ivy Carmichael, consultant.\nMs. Holloway slept.',
    {
      'Margaret Holloway': 'subject',
      'Samuel Holloway': 'other',
      'Ivy Carmichael': 'staff',
      Holloway: 'subject',
    },
  ],
  [
    'Patientin: Henrike Vogelsang\nIhre Tochter Annegret Quast begleitet.\nOberarzt Dr. Jürgen Matthies',
    { 'Henrike Vogelsang': 'subject', 'Annegret Quast': 'other', 'Jürgen Matthies': 'staff' },
  ],
  ['患者：周秀英，女。丈夫沈建国陪同。主治医师：王丽华。', { 周秀英: 'subject', 沈建国: 'other' }],
] as const)('%s', (text, expected) => {
  expect(whose(text)).toMatchObject(expected);
});

it('takes numbers and contacts for somebody else’s until somebody says otherwise', () => {
  expect(
    whose('Patient: Margaret Holloway, phone 020 7946 0018, e-mail m@example.org'),
  ).toMatchObject({
    'm@example.org': 'other',
  });
});

it('knows a name by its parts, whatever their case and accents', () => {
  const own = ['Elena Robles Sanz'];
  expect(peopleFinder.isSamePerson('ROBLES', own)).toBe(true);
  expect(peopleFinder.isSamePerson('Élena Robles', own)).toBe(true);
  expect(peopleFinder.isSamePerson('Hans Robles', own)).toBe(false);
  expect(peopleFinder.isSamePerson('', own)).toBe(false);
});
