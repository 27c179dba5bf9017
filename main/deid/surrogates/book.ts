// What stands for what, for one person. The vault keeps it for people; for a note of nobody known it lives
// as long as the note is worked on; a preview reads the vault's and writes nothing.
export interface Book {
  get(label: string, original: string): string | undefined;
  put(label: string, original: string, replacement: string): void;
  /** Whether something else of this person already became it. */
  uses(label: string, replacement: string): boolean;
}

/** Over another book where one is given: reads fall through, writes stay here. */
export function createMemoryBook(under: Book | null = null): Book {
  const entries = new Map<string, string>();
  const used = new Set<string>();
  const key = (label: string, text: string): string => `${label}\0${text}`;
  return {
    get: (label, original) => entries.get(key(label, original)) ?? under?.get(label, original),
    put(label, original, replacement) {
      entries.set(key(label, original), replacement);
      used.add(key(label, replacement));
    },
    uses: (label, replacement) =>
      used.has(key(label, replacement)) || (under?.uses(label, replacement) ?? false),
  };
}
