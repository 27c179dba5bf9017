/**
 * A rough lower bound of the guesses a passphrase costs, in bits. Repeated and neighboring characters count
 * little, words of a phrase count about 13 bits each. The page shows it while typing; where a policy of the
 * organisation sets a least cost, the core refuses what lies below.
 */
export function guessBits(passphrase: string): number {
  const words = passphrase.trim().split(/\s+/u).filter(Boolean);
  const distinctWords = new Set(words.map((word) => word.toLowerCase()));
  // 12.9 bits: one of 7,776 words, as in diceware. A word said twice is guessed once.
  const asPhrase = words.length >= 2 ? distinctWords.size * 12.9 : null;
  const alphabet = alphabetOf(passphrase);
  let surprises = 0;
  let previous = -10;
  for (const char of passphrase) {
    const code = char.codePointAt(0)!;
    surprises += Math.abs(code - previous) <= 1 ? 0.25 : 1;
    previous = code;
  }
  const spread = new Set(passphrase).size;
  const asCharacters = Math.min(surprises, spread * 2) * Math.log2(alphabet) * 0.72;
  // A phrase is attacked by words, so it is worth no more than its words.
  return asPhrase === null ? asCharacters : Math.min(asPhrase, asCharacters);
}

function alphabetOf(passphrase: string): number {
  let size = 1;
  if (/\p{Ll}/u.test(passphrase)) size += 26;
  if (/\p{Lu}/u.test(passphrase)) size += 26;
  if (/\d/u.test(passphrase)) size += 10;
  if (/\p{Script=Han}/u.test(passphrase)) size += 2000;
  if (/[^\p{L}\d]/u.test(passphrase)) size += 20;
  return size;
}
