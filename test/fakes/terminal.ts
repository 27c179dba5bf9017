// A terminal that remembers what was written and answers from a list.
import type { Terminal } from '../../main/cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  readonly written: string[];
  readonly notes: string[];
  readonly asked: string[];
  interrupt(): void;
}

export function createFakeTerminal(answers: readonly string[] = []): FakeTerminal {
  const left = [...answers];
  const interrupts = new Set<() => void>();
  const written: string[] = [];
  const notes: string[] = [];
  const asked: string[] = [];
  const ask = (question: string): Promise<string | undefined> => {
    asked.push(question);
    return Promise.resolve(left.shift());
  };
  return {
    written,
    notes,
    asked,
    out: (text) => void written.push(text),
    note: (text) => void notes.push(text),
    draw: () => undefined,
    redraws: false,
    columns: 80,
    askSecret: ask,
    ask,
    readDescriptor: () => Promise.resolve(left.shift() ?? ''),
    onInterrupt(listener) {
      interrupts.add(listener);
      return () => void interrupts.delete(listener);
    },
    interrupt: () => interrupts.forEach((listener) => listener()),
  };
}
