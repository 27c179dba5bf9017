import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { guessLanguage } from '../../../shared/domain/language.ts';

const samples = fileURLToPath(new URL('../../../resources/samples', import.meta.url));

describe('the language of a note', () => {
  it('is never guessed wrong on the bundled notes, and seldom left open', () => {
    const notes = ['train/clinical', 'train/bank', 'dev/clinical', 'dev/bank'].flatMap((folder) =>
      readdirSync(join(samples, folder))
        .filter((name) => name.endsWith('.txt'))
        .map((name) => ({ name, text: readFileSync(join(samples, folder, name), 'utf8') })),
    );
    const wrong = notes.filter(({ name, text }) => {
      const guess = guessLanguage(text);
      return guess !== null && guess !== name.slice(0, 2);
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
    expect(notes.filter(({ text }) => guessLanguage(text) === null).length).toBeLessThan(
      notes.length / 50,
    );
  });

  it('is left open where a text gives no sign', () => {
    expect(guessLanguage('')).toBeNull();
    expect(guessLanguage('38,5 °C 120/80 mmHg')).toBeNull();
    expect(guessLanguage('Der Patient and the nurse')).toBeNull();
  });

  const meddocan = fileURLToPath(
    new URL('../../../../shared/data/meddocan/dev/brat', import.meta.url),
  );
  it.skipIf(!existsSync(meddocan))(
    'is Spanish on the development notes of ../shared/data/meddocan',
    () => {
      const files = readdirSync(meddocan).filter((name) => name.endsWith('.txt'));
      const guesses = files.map((name) =>
        guessLanguage(readFileSync(join(meddocan, name), 'utf8')),
      );
      expect(guesses.every((guess) => guess === 'es')).toBe(true);
    },
  );
});
