// Passphrases come from a prompt, a file or a file descriptor. Never from the command line or the
// environment: both can be read by other processes and end up in histories.
import { readFileSync, statSync } from 'node:fs';
import { usage } from './failure.ts';
import type { Terminal } from './terminal.ts';

export interface PassphraseOptions {
  readonly passphraseFile?: string;
  readonly passphraseFd?: string;
}

export async function readPassphrase(
  terminal: Terminal,
  options: PassphraseOptions,
  purpose: 'unlock' | 'create',
): Promise<string> {
  if (options.passphraseFile !== undefined) return fromFile(terminal, options.passphraseFile);
  if (options.passphraseFd !== undefined) {
    const descriptor = Number(options.passphraseFd);
    if (!Number.isInteger(descriptor) || descriptor < 0) {
      throw usage('--passphrase-fd wants the number of an open file descriptor, e.g. 3.');
    }
    return firstLine(await terminal.readDescriptor(descriptor));
  }
  const typed = await terminal.askSecret(
    purpose === 'create' ? 'New passphrase: ' : 'Passphrase: ',
  );
  if (typed === undefined) {
    throw usage(
      'No passphrase: there is no terminal to ask at. Use --passphrase-file FILE or --passphrase-fd N.',
    );
  }
  if (purpose === 'create') {
    const again = await terminal.askSecret('The same again: ');
    if (again !== typed) throw usage('The two passphrases differ. Nothing was created.');
  }
  return typed;
}

function fromFile(terminal: Terminal, path: string): string {
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      terminal.note(`Others on this machine can read ${path}. Set its mode to 600.`);
    }
    return firstLine(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw usage(
      `The passphrase file ${path} could not be read (${code ?? 'unknown reason'}).`,
      code === 'EACCES' ? 'NO_PERMISSION' : 'SOURCE_NOT_FOUND',
    );
  }
}

/** Editors end a file with a line break; it is not part of the passphrase. */
function firstLine(text: string): string {
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  if (line === '') throw usage('The passphrase is empty.', 'WEAK_PASSPHRASE');
  return line;
}
