/** Keys: device binding, the key of the log, the hours of a session. */
export const keys = {
  'device.title': 'This device',
  'device.text.none':
    'This way of running Cloister reaches no key store of the system, so your access cannot be bound to this device. Your passphrase opens the vault as before.',
  'device.text.weak':
    'The key store that this desktop offers ({backend}) keeps secrets under a key that stands in its own program code. Nothing is bound to it. Install a keyring and sign in again to bind your access.',
  'device.text.closed':
    'The key store of this system does not answer. Unlock it and look again; your passphrase opens the vault as before.',
  'device.text.free':
    'Your passphrase alone opens this vault on any machine. Bound to this device, it needs a secret as well that the key store here keeps ({backend}).',
  'device.text.passphrase':
    'Bound since {date}. On this device your passphrase opens the vault at once. Without it the passphrase still opens, about eight times slower; the log says so and everybody here sees it.',
  'device.text.code':
    'Bound since {date}. Without this device your passphrase opens nothing. The way back is the printed recovery code, or a new passphrase from an administrator.',
  'device.away':
    'You are not on that device, or its key store ({backend}) no longer holds the secret. You can bind your access to this one, or let it go.',
  'device.bind': 'Bind to this device',
  'device.rebind': 'Bind to this device instead',
  'device.unbind': 'Let go',
  'device.unbind.text':
    'Your passphrase alone opens the vault at once again, also for whoever takes a copy of the folder. The secret stays in the key store, because backups made meanwhile need it.',
  'device.without': 'Without the device',
  'device.without.ask':
    'If this device is lost, broken or not at hand, what should open the vault?',
  'device.without.passphrase': 'The passphrase, slower',
  'device.without.passphrase.text':
    'Nobody is ever locked out. Whoever guesses at a stolen copy needs eight times as long; whoever uses your passphrase elsewhere is written into the log.',
  'device.without.code': 'Only the printed code',
  'device.without.code.text':
    'A stolen copy cannot be guessed at. If this device is lost, the vault is opened by the printed recovery code.',
  'device.without.code.missing': 'Make the recovery code and type it back first.',
  'device.slow': 'This takes a few seconds: the way without the device is made dear on purpose.',
  'device.gone': 'The key store would not keep the secret. Nothing was changed.',
  'banner.withoutDevice':
    'Opened without the device that this access is bound to. If that was not you, change the passphrase now; the log has kept it.',
  'logKey.title': 'Key of the audit log',
  'logKey.text':
    'It signs the log. Keep its fingerprint on paper: with it anybody can check an exported log without this vault.',
  'logKey.now': 'Signs now',
  'logKey.before': 'Before',
  'logKey.since': 'since {date}, leaf {seq}',
  'logKey.rotate': 'Give the log a new key',
  'logKey.rotate.text':
    'The old and the new key both sign the change in the log, then the old one is destroyed. Whoever holds its fingerprint can follow. Do it once a year, and when somebody who could read the vault’s key has left.',
  'logKey.rotate.do': 'Change the key',
  'logKey.done': 'The log has a new key. Print its page and keep it where the former one lies.',
  'logKey.print': 'Page to print',
  'status.session': {
    one: 'Asks for the passphrase in {count} min',
    other: 'Asks for the passphrase in {count} min',
  },
  'status.session.why':
    'So many hours after unlocking, the passphrase is asked for again, whatever you do. Everything is stored, running jobs go on.',
  'settings.lock.hours': 'Lock after hours, whatever you do',
  'settings.lock.hours.hint':
    'From unlocking on, at most 12. Some minutes before, the status bar says so.',
  'people.remove.backups':
    '{name} is gone and the vault has a new key. These backups are older: the former passphrase still opens them. Make a new backup, then destroy these.',
  'order.what.audit.rotateKey': 'Give the audit log a new key instead of {key}',
  'order.what.model.export': 'Hand the model {model} out to {recipient}',
} as const;
