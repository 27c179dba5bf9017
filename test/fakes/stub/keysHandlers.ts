// What binds keys to a device and how the key of the log is succeeded.
import type { DeviceState } from '../../../shared/contract/index.ts';
import { Refusal, type HandlersOf, type StubContext } from './core.ts';
import { at, id } from './fixtures.ts';
import { clearOrder } from './staffHandlers.ts';

const KEYS = [
  'cloister/vlt_01KAR000001+0123abcd+ASPL8LJuOqSEXX2tIT9A0iLkB5LzHLPg/VDb3xrMJJ0Q',
  'cloister/vlt_01KAR000001+5e6f7081+AdAfWJ6tuQKeN0DYVdHGnZC1r2ocRSNpPCTcqvEoMR8H',
] as const;

interface KeysOfStub {
  binding: DeviceState['binding'];
  rotatedAt: string | null;
}
const states = new WeakMap<StubContext, KeysOfStub>();
function keysOf(context: StubContext): KeysOfStub {
  const present = states.get(context) ?? { binding: null, rotatedAt: null };
  states.set(context, present);
  return present;
}

const deviceState = (context: StubContext): DeviceState => ({
  keyStore: 'usable',
  backend: 'gnome_libsecret',
  binding: keysOf(context).binding,
  codeConfirmed: true,
});

function mustKnow(context: StubContext, passphrase: string): void {
  if (passphrase !== context.passphrase) {
    throw new Refusal('WRONG_PASSPHRASE', 'The passphrase does not open this vault.');
  }
}

export const keysHandlers: HandlersOf<
  'device.status' | 'device.bind' | 'device.unbind' | 'audit.key' | 'audit.rotateKey'
> = {
  'device.status': (_, context) => deviceState(context),
  'device.bind'({ passphrase, withoutDevice }, context) {
    mustKnow(context, passphrase);
    const backend = 'gnome_libsecret';
    keysOf(context).binding = { boundAt: at(0), backend, here: true, withoutDevice };
    context.changed('staff');
    return deviceState(context);
  },
  'device.unbind'({ passphrase }, context) {
    mustKnow(context, passphrase);
    keysOf(context).binding = null;
    context.changed('staff');
    return deviceState(context);
  },
  'audit.key'(_, context) {
    const { rotatedAt } = keysOf(context);
    const [from, to] = KEYS;
    const verifierKey = rotatedAt === null ? from : to;
    return {
      verifierKey,
      keyId: verifierKey.split('+')[1] ?? '',
      successions:
        rotatedAt === null ? [] : [{ seq: 812, at: rotatedAt, actor: id('usr', 1), from, to }],
    };
  },
  'audit.rotateKey'({ keyId }, context) {
    clearOrder(context, 'audit.rotateKey', { keyId });
    keysOf(context).rotatedAt = at(0);
    context.changed('audit');
    const [formerKey, verifierKey] = KEYS;
    return {
      verifierKey,
      keyId: '5e6f7081',
      formerKey,
      size: 813,
      at: at(0),
      checkpoint: 'cloister/vlt_01KAR000001\n813\nAAAA\n\n— cloister/vlt_01KAR000001 AAAA\n',
      page: '<!doctype html><title>Key of the log</title><p>813 leaves</p>',
    };
  },
};
