/** Writes SentencePiece's precompiled rules, to test their reader: a double array in the layout of Darts-clone. */
interface Node {
  readonly children: Map<number, Node>;
  value: number;
}

const newNode = (): Node => ({ children: new Map(), value: -1 });

export function writeCharsmap(rules: Iterable<readonly [string, string]>): string {
  const root = newNode();
  const block: number[] = [];
  const encoder = new TextEncoder();
  for (const [from, to] of rules) {
    let node = root;
    for (const byte of encoder.encode(from)) {
      let child = node.children.get(byte);
      if (!child) node.children.set(byte, (child = newNode()));
      node = child;
    }
    node.value = block.length;
    block.push(...encoder.encode(to), 0);
  }
  const units: number[] = [0];
  const taken = new Set([0]);
  // Two nodes with one base would share children. Only ever moving on wastes room but no time.
  let lastBase = 0;
  const place = (node: Node, at: number, label: number): void => {
    const labels = [...node.children.keys(), ...(node.value >= 0 ? [0] : [])];
    let base = lastBase + 1;
    while (labels.some((byte) => taken.has(base ^ byte))) base += 1;
    lastBase = base;
    for (const byte of labels) taken.add(base ^ byte);
    units[at] = (((at ^ base) << 10) | label | (node.value >= 0 ? 0x100 : 0)) >>> 0;
    if (node.value >= 0) units[base] = (node.value | 0x8000_0000) >>> 0;
    for (const [byte, child] of node.children) place(child, base ^ byte, byte);
  };
  place(root, 0, 0);
  const bytes = Buffer.alloc(4 + 4 * units.length + block.length);
  bytes.writeUInt32LE(4 * units.length, 0);
  for (let i = 0; i < units.length; i++) bytes.writeUInt32LE(units[i] ?? 0, 4 + 4 * i);
  bytes.set(block, 4 + 4 * units.length);
  return bytes.toString('base64');
}

const REMOVED = /(?![\0\t\n\f\r])[\p{Cc}--[\x80-\x8e\x90-\x9e]]/v;
const BLANKS = /[\t\n\f\r\xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2581\u3000\ufeff\ufffd]/;

/** The rules `nmt_nfkc` over all planes with compatibility characters, and what composes there. */
export function* nmtNfkcRules(): Iterable<readonly [string, string]> {
  for (let code = 1; code < 0x3_0000; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const normal = REMOVED.test(character)
      ? ''
      : BLANKS.test(character)
        ? ' '
        : code === 0xff5e
          ? character
          : character.normalize('NFKC');
    if (normal !== character) yield [character, normal];
    const parts = character.normalize('NFD');
    if (parts === character || normal !== character) continue;
    yield [parts, character];
    const [first, second, ...others] = parts;
    const halfway = `${first}${second}`.normalize('NFC') + others.join('');
    if (others.length > 0 && halfway !== parts) yield [halfway, character];
  }
}
