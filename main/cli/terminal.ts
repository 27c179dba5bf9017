// The terminal as the commands see it: results go to standard output, everything else (progress, prompts,
// failures) to standard error, so that `cloister … --json | jq` always works.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Dispose } from '../../shared/kernel/disposal.ts';

export interface Terminal {
  /** A line, or several, of the result. */
  out(text: string): void;
  /** A line on standard error. */
  note(text: string): void;
  /** Replaces the line drawn before; only where `redraws`. An empty text clears it. */
  draw(text: string): void;
  readonly redraws: boolean;
  readonly columns: number;
  /** Undefined when there is nobody to ask. Nothing typed is echoed. */
  askSecret(question: string): Promise<string | undefined>;
  ask(question: string): Promise<string | undefined>;
  /** Reads a file descriptor the caller opened, to its end. */
  readDescriptor(descriptor: number): Promise<string>;
  /** Ctrl+C, as long as somebody listens; otherwise it ends the program. */
  onInterrupt(listener: () => void): Dispose;
}

export function createTerminal(self: NodeJS.Process = process): Terminal {
  const { stdin, stdout, stderr } = self;
  let drawn = false;
  const clear = (): void => {
    if (drawn) stderr.write('\r\u001b[K');
    drawn = false;
  };

  function prompt(question: string, echo: boolean): Promise<string | undefined> {
    if (!stdin.isTTY || !stderr.isTTY) return Promise.resolve(undefined);
    clear();
    stderr.write(question);
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({
      input: stdin,
      output: echo ? stderr : silent,
      terminal: true,
    });
    return new Promise((resolve) => {
      let answer: string | undefined;
      reader.once('line', (line) => {
        answer = line;
        reader.close();
      });
      reader.once('SIGINT', () => reader.close());
      reader.once('close', () => {
        if (!echo) stderr.write('\n');
        resolve(answer);
      });
    });
  }

  return {
    out: (text) => {
      clear();
      stdout.write(`${text}\n`);
    },
    note: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    draw(text) {
      clear();
      if (text === '') return;
      stderr.write(text);
      drawn = true;
    },
    redraws: stderr.isTTY === true,
    columns: stderr.columns ?? 100,
    askSecret: (question) => prompt(question, false),
    ask: (question) => prompt(question, true),
    async readDescriptor(descriptor) {
      const chunks: Buffer[] = [];
      for await (const chunk of createReadStream('', { fd: descriptor })) {
        chunks.push(chunk as Buffer);
      }
      return Buffer.concat(chunks).toString('utf8');
    },
    onInterrupt(listener) {
      self.on('SIGINT', listener);
      return () => void self.off('SIGINT', listener);
    },
  };
}
