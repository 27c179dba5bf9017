// What binds a person's access to a device, and the succession of the log's keys, over the wire.
import { failure, ok, type Result } from '../../../shared/kernel/result.ts';
import type { DeviceState, OutputOf } from '../../../shared/contract/index.ts';
import type { AuditLog, Staff } from '../../governance/index.ts';
import { anchorPage } from '../../reports/index.ts';
import type { Guesses } from '../guesses.ts';
import type { CallContext, Handlers, Session } from './types.ts';

type KeysName = 'device.status' | 'device.bind' | 'device.unbind' | 'audit.key' | 'audit.rotateKey';

export function keysHandlers({
  audit,
  staff,
  guesses,
}: {
  readonly audit: AuditLog;
  readonly staff: Pick<Staff, 'recovery'>;
  readonly guesses: Guesses;
}): Pick<Handlers, KeysName> {
  async function stateOf({ actor, vault }: Session): Promise<DeviceState> {
    const [store, binding] = [await vault.keys.keyStore(), await vault.keys.binding(actor.userId)];
    return {
      keyStore: store.usable ? 'usable' : store.why,
      backend: store.backend ?? null,
      binding: binding ? { ...binding } : null,
      codeConfirmed: staff.recovery() === 'confirmed',
    };
  }

  async function changed(
    context: CallContext,
    act: () => Promise<Result<void>>,
  ): Promise<Result<OutputOf<'device.bind'>>> {
    // Whoever came in by the printed code acts as nobody in particular: there is no access to bind.
    if (context.session.vault.byRecoveryCode) {
      return failure(
        'CONFLICT',
        'You came in by the printed recovery code, which is bound to no device. Nothing was changed. Unlock with your own passphrase first.',
      );
    }
    const done = await guesses.guard(act);
    if (!done.ok) return done;
    context.changed('staff', 'vault');
    return ok(await stateOf(context.session));
  }

  return {
    'device.status': async (_, { session }) => ok(await stateOf(session)),
    'device.bind'({ passphrase, withoutDevice }, context) {
      if (withoutDevice === 'code' && staff.recovery() !== 'confirmed') {
        return failure(
          'CONFLICT',
          'Without its device this access could be opened by the printed recovery code alone, and nobody has shown to hold it. Nothing was changed. Make the code and type it back first.',
        );
      }
      const { actor, vault } = context.session;
      return changed(context, () => vault.keys.bind(actor.userId, passphrase, withoutDevice));
    },
    'device.unbind'({ passphrase }, context) {
      const { actor, vault } = context.session;
      return changed(context, () => vault.keys.unbind(actor.userId, passphrase));
    },
    'audit.key'() {
      const { current, successions } = audit.keys();
      return ok({
        verifierKey: current,
        keyId: keyIdOf(current),
        successions: successions.flatMap(({ seq, from, to }) => {
          const leaf = audit.leaf(seq);
          return leaf?.body ? [{ seq, at: leaf.at, actor: leaf.body.actor, from, to }] : [];
        }),
      });
    },
    'audit.rotateKey'({ keyId }, context) {
      if (keyId !== keyIdOf(audit.verifierKey)) {
        return failure(
          'CONFLICT',
          'The log has another key by now than the one you meant. Nothing was changed. Look at it again.',
        );
      }
      const { actor, vault } = context.session;
      const rotated = audit.rotateKey({ actor: actor.userId, roles: actor.roles });
      if (!rotated.ok) return rotated;
      const { formerKey, head } = rotated.value;
      const { checkpoint, size, at } = head;
      const verifierKey = audit.verifierKey;
      context.changed('audit');
      const page = anchorPage({ vault: vault.name, checkpoint, verifierKey, size, at });
      const newKeyId = keyIdOf(verifierKey);
      return ok({ verifierKey, keyId: newKeyId, formerKey, size, at, checkpoint, page });
    },
  };
}

/** Of `name+hash+key`. The base64 of a key may hold plus signs, a name may not. */
const keyIdOf = (verifierKey: string): string => verifierKey.split('+')[1] ?? '';
