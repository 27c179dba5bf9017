// Invariant 3, one door out: whatever holds content of the vault and leaves it passes `exits.register`, which
// asks for recipient and country. The contract says which procedures hand something out; the sources say who
// writes files outside. Whoever adds another way out meets this test.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contract, PROCEDURE_NAMES, type ProcedureName } from '../../shared/contract/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Procedures that answer with what was registered before, piece by piece, to whoever registered it. */
const PIECES: readonly ProcedureName[] = ['model.exportRead', 'audit.exportPart'];

const keysOf = (schema: z.ZodType): readonly string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
const handsOut = (name: ProcedureName): boolean => {
  const keys = keysOf(contract[name].output);
  return keys.includes('exitId') && (keys.includes('files') || keys.includes('bytes'));
};

describe('the one door out', () => {
  it('asks everybody who hands something out for recipient and country', () => {
    const exports = PROCEDURE_NAMES.filter((name) => handsOut(name));
    expect(exports).toEqual(
      expect.arrayContaining(['report.export', 'model.export', 'audit.export', 'ropa.export']),
    );
    for (const name of exports) {
      expect(keysOf(contract[name].input), name).toEqual(
        expect.arrayContaining(['recipient', 'partyId', 'country']),
      );
      expect(contract[name].errors, name).toContain('DESTINATION_BLOCKED');
    }
  });

  it('knows every procedure whose name says that something leaves', () => {
    const named = PROCEDURE_NAMES.filter((name) => /export|handOut/i.test(name));
    expect(named.filter((name) => !handsOut(name) && !PIECES.includes(name))).toEqual([]);
  });

  it('is named by whoever binds a procedure that hands something out', () => {
    const doors = sources('main').filter((file) => textOf(file).includes('exits.register('));
    expect(doors.sort()).toEqual([
      'main/ipc/handlers/audit.ts',
      'main/ipc/handlers/register.ts',
      'main/models/handOut.ts',
      'main/reports/reports.ts',
    ]);
  });

  it('is passed before the terminal or a service writes a file outside the vault', () => {
    const writers = sources('main')
      .filter((file) => !/^main\/(store|platform|compute)\//.test(file))
      .filter((file) =>
        /\b(writeFileAtomic|createAtomicFile|writeFileSync|createWriteStream|copyFileSync)\(/.test(
          textOf(file),
        ),
      );
    /** Each with the reason why what it writes may lie outside. */
    const allowed: Readonly<Record<string, string>> = {
      'main/cli/commands/reports.ts': 'files of report.export and of register exports',
      'main/cli/commands/models.ts': 'files of model.export',
      'main/ipc/handlers/audit.ts': 'the log, registered before the file gets its name',
      'main/cli/commands/audit.ts': 'heads of the log: hashes and a signature',
      'main/cli/commands/policies.ts': 'a policy of the organisation: no data of the vault',
      'main/ipc/policyFiles.ts': 'a policy of the organisation: no data of the vault',
      'main/cli/demo/command.ts': 'the passphrase of a vault with invented people',
      'main/preview/picture.ts': 'a picture of the screen, asked for at the terminal',
      'main/preview/downloads.ts': 'what the page saved; the page is looked at below',
      'main/shell/keyStore.ts': 'a wrapped key for this device',
      'main/training/outside.ts': 'models of an engineer without a vault',
    };
    const strangers = writers.filter((file) => !Object.hasOwn(allowed, file));
    expect(
      strangers,
      `${strangers.join(', ')} writes outside the vault. Register it with governance.exits first, then name it here with the reason.`,
    ).toEqual([]);
  });

  it('is passed before the page saves or prints anything', () => {
    const savers = sources('renderer').filter((file) =>
      /import \{[^}]*\b(save|printPage)\b[^}]*\} from/.test(textOf(file)),
    );
    expect(savers.length).toBeGreaterThan(3);
    /** The head of the log and the card of its key: hashes, names of no one. */
    const withoutData = [
      'renderer/features/audit/AuditAnchor.svelte',
      'renderer/features/people/LogKey.svelte',
    ];
    const strangers = savers.filter(
      (file) =>
        !withoutData.includes(file) &&
        !file.startsWith('renderer/transport/') &&
        !/'(report|model|audit|ropa|assessment)\.export'/.test(textOf(file)),
    );
    expect(
      strangers,
      `${strangers.join(', ')} saves or prints what no export registered. Call an export of the contract first.`,
    ).toEqual([]);
  });
});
