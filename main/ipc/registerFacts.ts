// What the register's documents say about this vault as it is set now: measures of security, the models of a
// purpose, its retention. Read each time, so that a changed setting is in the next document.
import { contract, PROCEDURE_NAMES, ROLES, type PolicyFile } from '../../shared/contract/index.ts';
import { fact, type Backups, type RecordSources } from '../governance/index.ts';
import type { OpenVault } from '../store/index.ts';
import type { Services } from './services.ts';

type Facts = Pick<Services, 'audit' | 'backups' | 'staff' | 'models' | 'governance'>;

export function recordSources(services: Facts, vault: OpenVault): RecordSources {
  const { audit, backups, staff, models, governance } = services;
  let leaves: ReadonlyMap<string, number> | undefined;
  return {
    security: () => [
      ...cipherFacts(vault),
      ...peopleFacts(vault),
      fact('recovery', staff.recovery() === 'none' ? null : [staff.recovery()], {
        owner: 'administrator',
      }),
      fact('auditLog', [`${audit.size()} leaves, key ${audit.verifierKey}`]),
      ...backupFacts(backups),
      policyFact(governance),
      fact('offline', ['none: the program has no network module and listens on no port']),
    ],
    models: (purposeId) =>
      models
        .list()
        .filter((model) => model.purposeId === purposeId)
        .map((model) => ({
          name: model.name,
          state: model.state,
          sha256: model.sha256,
          auditSeq: models.history(model.modelId)[0]?.auditSeq ?? null,
        })),
    retention: (purposeId) =>
      governance.retention
        .list()
        .filter((rule) => rule.purposeId === null || rule.purposeId === purposeId)
        .map(
          ({ category, days, start, ground }) =>
            `${category}: ${days} days from ${STARTS[start]} (${ground})`,
        ),
    declared(purposeId) {
      leaves ??= new Map(
        audit
          .list({ limit: 500, action: 'purpose.declare' })
          .items.flatMap(({ seq, body }) => (body?.object ? [[body.object.id, seq] as const] : [])),
      );
      return leaves.get(purposeId) ?? leafOfPolicy(governance, purposeId);
    },
  };
}

/** A purpose that came with a policy of the organisation is shown by the leaf of the first one that named it. */
function leafOfPolicy(
  { policies, purposes }: Pick<Services['governance'], 'policies' | 'purposes'>,
  purposeId: string,
): number | null {
  const name = purposes.get(purposeId)?.name;
  const first = policies
    .history()
    .findLast(({ file }) =>
      (JSON.parse(file) as PolicyFile).policy.purposes.some((purpose) => purpose.name === name),
    );
  return first?.audit_seq ?? null;
}

const STARTS = {
  import: 'import',
  documentDate: 'the date of the document',
  consentEnd: 'the end of consent',
} as const;

function cipherFacts(vault: OpenVault) {
  const { cipher, sqlite, kdf } = vault.info();
  return [
    fact('encryption', [
      `${cipher === 'aegis' ? 'AEGIS-256' : 'AES-256-CBC with HMAC'} over every page of the database (${sqlite})`,
      'AES-256-GCM over files of models, checkpoints and reports',
    ]),
    fact('keyDerivation', [
      `Argon2id, ${Math.round(kdf.memoryKiB / 1024)} MiB, ${kdf.iterations} passes, ${kdf.parallelism} lanes`,
    ]),
  ];
}

function peopleFacts({ keys }: OpenVault) {
  const users = keys.users();
  const dual = PROCEDURE_NAMES.filter((name) => contract[name].dual !== undefined);
  const seconds = users.filter(({ roles }) =>
    roles.some((role) => role === 'steward' || role === 'administrator'),
  );
  return [
    fact(
      'people',
      ROLES.map((role) => `${role}: ${users.filter(({ roles }) => roles.includes(role)).length}`),
    ),
    // One person alone can act alone; the log says each time that it happened.
    fact('twoPersons', seconds.length < 2 ? null : dual, { owner: 'administrator' }),
  ];
}

function backupFacts(backups: Backups) {
  const { policy, newestAt } = backups.state();
  const drilledAt = backups
    .list()
    .flatMap((entry) => entry.drilledAt ?? [])
    .sort()
    .at(-1);
  return [
    fact(
      'backups',
      policy
        ? [
            `every ${policy.intervalHours} hours, ${policy.keep} kept, newest ${newestAt ?? 'not made yet'}`,
          ]
        : null,
      { owner: 'administrator' },
    ),
    fact('restoreDrill', drilledAt === undefined ? null : [drilledAt], {
      owner: 'administrator',
    }),
  ];
}

function policyFact({ policies }: Pick<Services['governance'], 'policies'>) {
  const current = policies.current();
  return fact(
    'policy',
    current
      ? [
          `${current.policy.title}, version ${current.policy.version}, SHA-256 ${current.row.sha256}`,
        ]
      : [],
    { auditSeq: current?.row.audit_seq ?? null },
  );
}
