// Whose rules a note is read with: what its row says, else what its words say.
import { KNOWN_LANGUAGES, likeliestLanguage } from '../../shared/domain/language.ts';
import type { Locale } from './lexicon.ts';

export function localeOf(text: string, language: string | null): Locale {
  const stated = language?.slice(0, 2).toLowerCase();
  return KNOWN_LANGUAGES.find((known) => known === stated) ?? likeliestLanguage(text);
}
