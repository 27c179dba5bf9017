/**
 * Which of the languages that Cloister's rules know a note is written in, by its script and its small
 * words. A guess for fonts, line breaking and rules, never for a decision about a person.
 */
export const KNOWN_LANGUAGES = ['en', 'es', 'de', 'zh'] as const;
export type KnownLanguage = (typeof KNOWN_LANGUAGES)[number];

/** Words that another of these languages also has (was, in, no, de) are left out. */
const SMALL_WORDS: Readonly<Record<Exclude<KnownLanguage, 'zh'>, RegExp>> = {
  en: /\b(?:the|and|of|with|is|for|on|has|his|her|from|this|are)\b/giu,
  es: /\b(?:el|la|los|las|del|con|que|por|una?|se|sin|y|al|paciente)\b/giu,
  de: /\b(?:der|die|das|und|mit|von|ist|wurde|bei|den|dem|nicht|im|kein|keine|keinen|zur|zum|ein|eine|einen|auf|aus|ohne|nach|sich|wird|hat|uhr|um)\b/giu,
};
/** UTF-16 code units looked at: a note says what it is in its first pages. */
const SAMPLE = 4_000;
const HAN_SHARE = 0.1;

/** Null where the text gives no clear sign. */
export function guessLanguage(text: string): KnownLanguage | null {
  const [first, second] = ranked(text);
  return first && first.count > 2 * (second?.count ?? 0) ? first.language : null;
}

/** For rules that must take one of them. */
export const likeliestLanguage = (text: string): KnownLanguage => ranked(text)[0]?.language ?? 'en';

interface Ranked {
  readonly language: KnownLanguage;
  readonly count: number;
}

function ranked(text: string): readonly Ranked[] {
  const sample = text.slice(0, SAMPLE);
  const han = sample.match(/\p{sc=Han}/gu)?.length ?? 0;
  if (han > sample.length * HAN_SHARE) return [{ language: 'zh', count: han }];
  return Object.entries(SMALL_WORDS)
    .map(([language, words]) => ({
      language: language as KnownLanguage,
      count: sample.match(words)?.length ?? 0,
    }))
    .sort((a, b) => b.count - a.count);
}
