/** A binary heap of non-negative numbers, the smallest first. Callers pack what they order into one number. */
export interface MinHeap {
  push(value: number): void;
  /** The smallest value; -1 when the heap is empty. */
  pop(): number;
}

export function createMinHeap(): MinHeap {
  const heap: number[] = [];
  return {
    push: (value) => {
      let at = heap.length;
      heap.push(value);
      while (at > 0) {
        const parent = (at - 1) >> 1;
        const above = heap[parent] as number;
        if (above <= value) break;
        heap[at] = above;
        at = parent;
      }
      heap[at] = value;
    },
    pop: () => {
      const top = heap[0];
      const last = heap.pop();
      if (top === undefined || last === undefined) return -1;
      if (heap.length === 0) return top;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number))
          child += 1;
        if ((heap[child] as number) >= last) break;
        heap[at] = heap[child] as number;
        at = child;
      }
      heap[at] = last;
      return top;
    },
  };
}
