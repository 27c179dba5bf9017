/** Hands a file to the shell, which asks the person where to. The page never learns the place. */
import { chunkOf } from './files.ts';

declare global {
  interface Window {
    /** Preview: one piece of a file, as JSON. The browser's own download would leave a copy in its folder. */
    __cloisterSave?: (piece: string) => unknown;
  }
}

const PIECE_BYTES = 1_048_576;
let saves = 0;

export function save(name: string, content: Blob): void {
  if (window.__cloisterSave) {
    void handPieces(window.__cloisterSave, name, content);
    return;
  }
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function handPieces(
  hand: (piece: string) => unknown,
  name: string,
  content: Blob,
): Promise<void> {
  const id = (saves += 1);
  let start = 0;
  do {
    const chunk = await chunkOf(content, start, PIECE_BYTES);
    start += PIECE_BYTES;
    hand(JSON.stringify({ id, name, chunk, last: start >= content.size }));
  } while (start < content.size);
}
