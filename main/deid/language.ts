// Which of the four languages a note is in: what its row says, else its script and its small words.
import type { Locale } from './lexicon.ts';

const SMALL_WORDS: Readonly<Record<Exclude<Locale, 'zh'>, RegExp>> = {
  en: /\b(?:the|and|of|with|was|is|for|on|has|his|her)\b/giu,
  es: /\b(?:el|la|los|las|de|del|con|que|por|una?|se|paciente)\b/giu,
  de: /\b(?:der|die|das|und|mit|von|ist|wurde|bei|den|dem|nicht)\b/giu,
};
const SAMPLE = 4_000;

export function localeOf(text: string, language: string | null): Locale {
  const stated = language?.slice(0, 2).toLowerCase();
  if (stated === 'en' || stated === 'es' || stated === 'de' || stated === 'zh') return stated;
  const sample = text.slice(0, SAMPLE);
  const han = sample.match(/\p{sc=Han}/gu)?.length ?? 0;
  if (han > sample.length / 10) return 'zh';
  const counted = Object.entries(SMALL_WORDS).map(
    ([locale, words]) => [locale as Locale, sample.match(words)?.length ?? 0] as const,
  );
  return counted.sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'en';
}
