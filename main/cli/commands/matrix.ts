// Who may do what, as the contract says it and the core enforces it: a page for whoever has to judge the
// roles of a site. It needs no vault, because it is the same in all of them.
import type { Command } from 'commander';
import {
  contract,
  mayCall,
  PROCEDURE_NAMES,
  ROLES,
  type AuditLevel,
  type Kind,
  type Role,
} from '../../../shared/contract/index.ts';
import { plainLeaf, type Program } from '../command.ts';
import { table } from '../text.ts';

export interface MatrixRow {
  readonly procedure: string;
  readonly kind: Kind;
  /** Empty where it can be called at a locked vault. */
  readonly roles: readonly Role[];
  /** Who may be the second person; empty where one is enough. */
  readonly second: readonly Role[];
  readonly audit: AuditLevel;
}

export const roleMatrix = (): readonly MatrixRow[] =>
  PROCEDURE_NAMES.toSorted().map((procedure) => {
    const { kind, roles, dual, audit } = contract[procedure];
    const closed = roles !== 'anyone';
    return {
      ...{ procedure, kind, audit },
      roles: closed ? ROLES.filter((role) => mayCall(procedure, [role])) : [],
      second: [...(dual?.approvers ?? [])],
    };
  });

export function addMatrixCommand(program: Program, user: Command): void {
  plainLeaf(program, user, 'matrix', {
    summary: 'who may do what: every procedure, by role',
    examples: ['user matrix', 'user matrix --json > roles.json'],
    run() {
      const rows = roleMatrix();
      const text = table(
        ['procedure', ...ROLES, 'second person', 'in the log'],
        rows.map(({ procedure, roles, second, audit }) => [
          procedure,
          ...ROLES.map((role) =>
            roles.includes(role) ? 'yes' : roles.length === 0 ? 'door' : '-',
          ),
          second.join(' or '),
          { none: 'no', meta: 'who and what', full: 'with counts' }[audit],
        ]),
      );
      return Promise.resolve({
        json: { roles: ROLES, procedures: rows },
        text: `${text}\n\ndoor: answered before a vault is open, and only about what lies outside it. A refused call is in the log.`,
      });
    },
  });
}
