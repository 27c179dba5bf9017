import type { DeviceState } from '../../../shared/contract/index.ts';
import { leaf, noun, type Program } from '../command.ts';
import { readPassphrase } from '../passphrase.ts';
import { facts } from '../text.ts';

export function addDeviceCommands(program: Program): void {
  const device = noun(program, 'device', 'the device that your access may be bound to');

  leaf(program, device, 'status', {
    summary: 'whether your access is bound to a device, and what opens it elsewhere',
    examples: ['device status', 'device status --json'],
    async run(session) {
      const state = await session.call('device.status', {});
      return { json: state, text: describe(state) };
    },
  });

  leaf(program, device, 'unbind', {
    summary: 'let the passphrase alone open at once again',
    examples: ['device unbind'],
    async run(session, options) {
      const passphrase = await readPassphrase(session.terminal, options, 'unlock');
      const state = await session.call('device.unbind', { passphrase });
      return { json: state, text: describe(state) };
    },
  });
}

const describe = ({ keyStore, binding }: DeviceState): string => {
  const here =
    keyStore === 'usable'
      ? ''
      : '\n\nA terminal reaches no key store, so an access is bound in the window: settings, people and keys.';
  if (!binding) return `Your passphrase alone opens this vault.${here}`;
  return `${facts([
    ['bound since', binding.boundAt.slice(0, 10)],
    ['key store', binding.backend],
    ['here now', binding.here ? 'yes' : 'no'],
    [
      'without the device',
      binding.withoutDevice === 'passphrase'
        ? 'the passphrase, slower; the log and everybody here are told'
        : 'the printed recovery code, or a new passphrase from an administrator',
    ],
  ])}${here}`;
};
