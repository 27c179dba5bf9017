// A process to be killed: works on a vault in one way until it is stopped, and acknowledges each finished
// act with a line on standard output. Arguments: what to do, the vault's folder, the passphrase.
import { writeSync } from 'node:fs';
import { createAuditLog } from '../../../main/governance/audit/index.ts';
import { createClock, createRandom } from '../../../main/platform/index.ts';
import { KDF_FLOOR, createVaultFiles, type OpenVault } from '../../../main/store/index.ts';
import { migrations } from '../../../main/store/migrations/index.ts';
import { unwrap } from '../../../shared/kernel/result.ts';
import { createFileKeyStore } from '../../fakes/keyStore.ts';
import { slowMigration } from './slowMigration.ts';

const [task, folder = '', passphrase = ''] = process.argv.slice(2);
const clock = createClock();
const random = createRandom(clock);
const deps = { clock, random, kdfCost: KDF_FLOOR };

/** One system call per line: a line that was seen was written before the kill. */
const say = (line: string): void => void writeSync(1, `${line}\n`);

async function unlock(more: object = {}): Promise<OpenVault> {
  return unwrap(await createVaultFiles({ ...deps, ...more }).unlock(folder, { passphrase }));
}

const tasks: Record<string, () => Promise<void>> = {
  async hold() {
    await unlock();
    say('ready');
    setInterval(() => undefined, 1_000);
  },

  /** Rows, a sealed file and an audit leaf in one transaction, again and again. */
  async write() {
    const { store } = await unlock();
    const log = createAuditLog({ store, clock, random, appVersion: '0.0.0' });
    say('ready');
    for (let turn = 0; ; turn += 1) {
      const id = store.transaction(() => {
        const file = store.sealed.put('turn', [Buffer.alloc(100_000, turn)]);
        const { seq } = log.append({ action: 'turn.write', actor: 'system' });
        store.db.run('INSERT INTO setting (user_id, value) VALUES (?, ?)', [
          `${file.id}`,
          String(seq),
        ]);
        return file.id;
      });
      say(id);
      if (turn % 7 === 3) store.checkpoint();
      if (turn % 5 === 4) log.sign();
    }
  },

  async rekey() {
    const { store } = await unlock();
    say('ready');
    for (;;) say(`rekeyed in ${store.rekey().milliseconds} ms`);
  },

  async vacuum() {
    const { store } = await unlock();
    say('ready');
    for (;;) {
      store.transaction(() => {
        store.db.run(`DELETE FROM setting WHERE user_id LIKE 'churn%'`);
        for (let row = 0; row < 500; row += 1) {
          store.db.run('INSERT INTO setting (user_id, value) VALUES (?, ?)', [
            `churn${row}`,
            'x'.repeat(2_000),
          ]);
        }
      });
      store.vacuum();
      say('vacuumed');
    }
  },

  async migrate() {
    say('ready');
    await unlock({ migrations: [...migrations, slowMigration] });
    say('migrated');
    setInterval(() => undefined, 1_000);
  },

  async passphrase() {
    const vault = await unlock();
    say('ready');
    for (;;) unwrap(await vault.keys.changePassphrase(vault.user.id, passphrase, passphrase));
  },

  /** One new key of the log after the other, with a leaf between them. */
  async rotate() {
    const { store } = await unlock();
    const log = createAuditLog({ store, clock, random, appVersion: '0.0.0' });
    say('ready');
    for (;;) {
      log.append({ action: 'turn.write', actor: 'system' });
      unwrap(log.rotateKey({ actor: 'system', roles: [] }));
      say(log.verifierKey);
    }
  },

  /** Binds to a device and lets go again; the key store lies in a file beside the vault. */
  async bind() {
    const keyStore = createFileKeyStore(`${folder}.keystore`);
    const { keys, user } = await unlock({ keyStore });
    say('ready');
    for (;;) {
      unwrap(await keys.bind(user.id, passphrase, 'passphrase'));
      say('bound');
      unwrap(await keys.bind(user.id, passphrase, 'code'));
      say('bound');
      unwrap(await keys.unbind(user.id, passphrase));
      say('free');
    }
  },

  async create() {
    say('ready');
    const user = { name: 'Tester', roles: ['administrator'] as const };
    unwrap(await createVaultFiles(deps).create(folder, { name: 'V', user, passphrase }));
    say('created');
    setInterval(() => undefined, 1_000);
  },
};

const run = tasks[task ?? ''];
if (!run) throw new Error(`No task "${task}"`);
await run();
