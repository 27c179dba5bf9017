/**
 * A set of strings that answers "which of you begin here". Edges live in one open-addressed table of
 * typed arrays: a vocabulary of 250,000 pieces takes tens of megabytes, where nested maps take hundreds.
 */
export interface PrefixTrie {
  /** Calls `found` with the end of every stored string that begins at `from`, the shortest first. */
  matchesAt(text: string, from: number, found: (end: number, index: number) => void): void;
  /** End of the longest stored string that begins at `from`; -1 when there is none. */
  longestAt(text: string, from: number): number;
}

/** Later strings take the place of equal earlier ones. Empty strings are never found. */
export function createPrefixTrie(strings: readonly string[]): PrefixTrie {
  let units = 1;
  for (const string of strings) units += string.length;
  const size = 2 ** Math.ceil(Math.log2(2 * units));
  const mask = size - 1;
  const parents = new Int32Array(size);
  const labels = new Uint16Array(size);
  /** Node 0 is the root and never a child, so 0 marks an empty slot. */
  const children = new Int32Array(size);
  const indices = new Int32Array(units).fill(-1);
  let nodes = 1;

  /** The slot of an edge, or the empty slot where it belongs. */
  const slotOf = (node: number, label: number): number => {
    let slot = (Math.imul(node, 0x9e37_79b1) ^ Math.imul(label, 0x85eb_ca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    while (children[slot] !== 0 && (parents[slot] !== node || labels[slot] !== label))
      slot = (slot + 1) & mask;
    return slot;
  };

  strings.forEach((string, index) => {
    let node = 0;
    for (let i = 0; i < string.length; i++) {
      const label = string.charCodeAt(i);
      const slot = slotOf(node, label);
      if (children[slot] === 0) {
        parents[slot] = node;
        labels[slot] = label;
        children[slot] = nodes++;
      }
      node = children[slot] as number;
    }
    if (node !== 0) indices[node] = index;
  });

  const matchesAt: PrefixTrie['matchesAt'] = (text, from, found) => {
    let node = 0;
    for (let i = from; i < text.length; i++) {
      node = children[slotOf(node, text.charCodeAt(i))] as number;
      if (node === 0) return;
      const index = indices[node] as number;
      if (index >= 0) found(i + 1, index);
    }
  };
  return {
    matchesAt,
    longestAt: (text, from) => {
      let longest = -1;
      matchesAt(text, from, (end) => (longest = end));
      return longest;
    },
  };
}
