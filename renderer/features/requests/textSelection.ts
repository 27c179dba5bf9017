/** A selection made by the mouse in a text shown by `MarkedText`, as offsets of the text as stored. */
export interface Selected {
  readonly start: number;
  readonly end: number;
}

/** Null where nothing is selected, or not in this text. */
export function selectedIn(host: HTMLElement): Selected | null {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const start = offsetOf(host, range.startContainer, range.startOffset);
  const end = offsetOf(host, range.endContainer, range.endOffset);
  return start !== null && end !== null && start < end ? { start, end } : null;
}

/** Each line of the text knows where it begins; within it, the letters before the place are counted. */
function offsetOf(host: HTMLElement, node: Node, index: number): number | null {
  if (!host.contains(node)) return null;
  const element = node instanceof HTMLElement ? node : node.parentElement;
  const line = element?.closest<HTMLElement>('[data-line]');
  if (!line) {
    const next = element?.children[index];
    return next instanceof HTMLElement && next.dataset['line'] !== undefined
      ? Number(next.dataset['line'])
      : null;
  }
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(node, index);
  return Number(line.dataset['line']) + before.toString().length;
}

/** Every place where the words stand in the text, case and all. */
export function placesOf(words: string, text: string): readonly Selected[] {
  if (words === '') return [];
  const places: Selected[] = [];
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
    places.push({ start: at, end: at + words.length });
    if (places.length === 1000) break;
  }
  return places;
}
