// The register of breaches (GDPR Art. 33(5)) over the wire. Leaves name the breach and counts.
import type { Breach } from '../../../shared/contract/index.ts';
import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { Clock } from '../../platform/index.ts';
import type { Governance, Staff } from '../../governance/index.ts';
import { breachFiles, breachTitle, type ReportArchive } from '../../reports/index.ts';
import type { OpenVault } from '../../store/index.ts';
import type { CallContext, Handlers } from './types.ts';

type BreachName =
  | 'breach.open'
  | 'breach.list'
  | 'breach.show'
  | 'breach.assess'
  | 'breach.decide'
  | 'breach.notify'
  | 'breach.close'
  | 'breach.count'
  | 'breach.people'
  | 'breach.document';

export interface BreachHandlerDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly governance: Pick<Governance, 'breaches' | 'register'>;
  readonly staff: Pick<Staff, 'nameOf'>;
  readonly reports: { readonly archive: Pick<ReportArchive, 'put'> };
}

export function breachesHandlers(deps: BreachHandlerDeps): Pick<Handlers, BreachName> {
  const { breaches, register } = deps.governance;
  const { nameOf } = deps.staff;

  const named = (breach: Breach): Breach => ({
    ...breach,
    openedBy: nameOf(breach.openedBy),
    decisions: breach.decisions && { ...breach.decisions, by: nameOf(breach.decisions.by) },
    notifications: breach.notifications.map((each) => ({ ...each, by: nameOf(each.by) })),
    closed: breach.closed && { ...breach.closed, by: nameOf(breach.closed.by) },
  });
  const history = (breachId: string) =>
    breaches.history(breachId).map((each) => ({ ...each, by: nameOf(each.by) }));

  function changed(context: CallContext, result: Result<Breach>): Result<Breach> {
    if (!result.ok) return result;
    context.note({ object: result.value.breachId, counts: { gaps: result.value.gaps.length } });
    context.changed('breaches');
    return ok(named(result.value));
  }

  return {
    'breach.open': (breach, context) =>
      changed(context, breaches.open(context.session.actor, breach)),
    'breach.list'(page) {
      const listed = breaches.list(page);
      return ok({ ...listed, items: listed.items.map(named) });
    },
    'breach.show'({ breachId }, { session }) {
      const found = breaches.get(breachId);
      return found.ok
        ? ok({
            ...named(found.value),
            history: history(breachId),
            keyFacts: keyFactsOf(session.vault),
          })
        : found;
    },
    'breach.assess': ({ breachId, ...assessment }, context) =>
      changed(context, breaches.assess(context.session.actor, breachId, assessment)),
    'breach.decide': ({ breachId, ...decisions }, context) =>
      changed(context, breaches.decide(context.session.actor, breachId, decisions)),
    'breach.notify': ({ breachId, ...notification }, context) =>
      changed(context, breaches.notify(context.session.actor, breachId, notification)),
    'breach.close': ({ breachId, conclusion }, context) =>
      changed(context, breaches.close(context.session.actor, breachId, conclusion)),
    'breach.count'({ scope }) {
      const counted = breaches.count(scope);
      return ok({ ...counted, byCategory: counted.byCategory.map((each) => ({ ...each })) });
    },
    'breach.people': ({ scope, cursor, limit }) => ok(breaches.people(scope, { cursor, limit })),
    'breach.document'({ breachId }, context) {
      const found = breaches.get(breachId);
      if (!found.ok) return found;
      const { parties } = register;
      const document = {
        breach: named(found.value),
        history: history(breachId),
        keyFacts: keyFactsOf(context.session.vault),
        controller: partyLine(parties.active('controller')[0]),
        officer: partyLine(parties.active('dpo')[0]),
        writtenAt: deps.clock.now(),
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      };
      const { reportId } = deps.reports.archive.put({
        kind: 'breach',
        title: breachTitle(document),
        actor: context.session.actor,
        files: breachFiles(document),
      });
      context.note({ object: breachId });
      context.changed('reports');
      return ok({ reportId });
    },
  };
}

const partyLine = (
  party: { readonly name: string; readonly contact: string } | undefined,
): string | null => (party ? [party.name, party.contact].filter(Boolean).join(', ') : null);

const CIPHERS = {
  aegis: 'AEGIS-256, authenticated page by page',
  sqlcipher: 'AES-256-CBC with HMAC-SHA512, page by page (SQLCipher)',
} as const;

/** What whoever answers for the breach can say about encryption without asking anybody. */
function keyFactsOf(vault: OpenVault): string[] {
  const { cipher, kdf } = vault.info();
  return [
    `The vault is encrypted at rest: ${CIPHERS[cipher]}; sealed files AES-256-GCM.`,
    `The key lies only wrapped under passphrases, one slot a person (Argon2id, ${kdf.memoryKiB} KiB, ${kdf.iterations} passes), and under the printed recovery code.`,
    `${vault.keys.users().length} people can open it.`,
    'Whoever has the files and none of these cannot read them; whoever had an open session, a passphrase or the code could.',
  ];
}
