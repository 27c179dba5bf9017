/** Keys: device binding, the key of the log, the hours of a session. */
import type { Translation } from '../i18n.svelte.ts';
import type { keys as en } from '../en/keys.ts';

export const keys = {
  'device.title': 'Dieses Gerät',
  'device.text.none':
    'So, wie Cloister hier läuft, erreicht es keinen Schlüsselspeicher des Systems; Ihr Zugang lässt sich nicht an dieses Gerät binden. Ihre Passphrase öffnet den Tresor wie bisher.',
  'device.text.weak':
    'Der Schlüsselspeicher dieses Desktops ({backend}) schützt Geheimnisse mit einem Schlüssel, der im Programm selbst steht. Daran wird nichts gebunden. Richten Sie einen Schlüsselbund ein und melden Sie sich neu an.',
  'device.text.closed':
    'Der Schlüsselspeicher dieses Systems antwortet nicht. Entsperren Sie ihn und sehen Sie erneut nach; Ihre Passphrase öffnet den Tresor wie bisher.',
  'device.text.free':
    'Ihre Passphrase allein öffnet diesen Tresor auf jedem Rechner. An dieses Gerät gebunden, braucht es dazu ein Geheimnis, das der Schlüsselspeicher hier aufbewahrt ({backend}).',
  'device.text.passphrase':
    'Gebunden seit {date}. Auf diesem Gerät öffnet Ihre Passphrase sofort. Ohne das Gerät öffnet sie auch, etwa achtmal langsamer; das Protokoll vermerkt es und alle hier sehen es.',
  'device.text.code':
    'Gebunden seit {date}. Ohne dieses Gerät öffnet Ihre Passphrase nichts. Zurück führt der gedruckte Wiederherstellungscode oder eine neue Passphrase von der Verwaltung.',
  'device.away':
    'Sie sind nicht an jenem Gerät, oder sein Schlüsselspeicher ({backend}) hat das Geheimnis nicht mehr. Sie können den Zugang an dieses Gerät binden oder die Bindung lösen.',
  'device.bind': 'An dieses Gerät binden',
  'device.rebind': 'Stattdessen an dieses Gerät binden',
  'device.unbind': 'Bindung lösen',
  'device.unbind.text':
    'Ihre Passphrase allein öffnet den Tresor wieder sofort, auch für jemanden mit einer Kopie des Ordners. Das Geheimnis bleibt im Schlüsselspeicher, weil Sicherungen aus dieser Zeit es brauchen.',
  'device.without': 'Ohne das Gerät',
  'device.without.ask':
    'Was soll den Tresor öffnen, wenn dieses Gerät verloren, kaputt oder nicht zur Hand ist?',
  'device.without.passphrase': 'Die Passphrase, langsamer',
  'device.without.passphrase.text':
    'Niemand wird je ausgesperrt. Wer an einer gestohlenen Kopie rät, braucht achtmal so lange; wer Ihre Passphrase anderswo benutzt, steht im Protokoll.',
  'device.without.code': 'Nur der gedruckte Code',
  'device.without.code.text':
    'An einer gestohlenen Kopie lässt sich nicht raten. Geht dieses Gerät verloren, öffnet der gedruckte Wiederherstellungscode den Tresor.',
  'device.without.code.missing':
    'Erzeugen Sie zuerst den Wiederherstellungscode und tippen Sie ihn ab.',
  'device.slow': 'Das dauert einige Sekunden: Der Weg ohne das Gerät ist mit Absicht teuer.',
  'device.gone':
    'Der Schlüsselspeicher hat das Geheimnis nicht angenommen. Es wurde nichts geändert.',
  'banner.withoutDevice':
    'Ohne das Gerät geöffnet, an das dieser Zugang gebunden ist. Waren Sie das nicht, ändern Sie jetzt die Passphrase; das Protokoll hat es vermerkt.',
  'logKey.title': 'Schlüssel des Prüfprotokolls',
  'logKey.text':
    'Er unterschreibt das Protokoll. Bewahren Sie seinen Fingerabdruck auf Papier auf: Damit prüft jeder ein ausgeführtes Protokoll ohne diesen Tresor.',
  'logKey.now': 'Unterschreibt jetzt',
  'logKey.before': 'Vorher',
  'logKey.since': 'seit {date}, Blatt {seq}',
  'logKey.rotate': 'Dem Protokoll einen neuen Schlüssel geben',
  'logKey.rotate.text':
    'Der alte und der neue Schlüssel unterschreiben den Wechsel im Protokoll, dann wird der alte vernichtet. Wer seinen Fingerabdruck hat, kann folgen. Einmal im Jahr, und wenn jemand gegangen ist, der an den Schlüssel des Tresors kam.',
  'logKey.rotate.do': 'Schlüssel wechseln',
  'logKey.done':
    'Das Protokoll hat einen neuen Schlüssel. Drucken Sie das Blatt und legen Sie es zu dem früheren.',
  'logKey.print': 'Blatt zum Drucken',
  'status.session': {
    one: 'Fragt in {count} Min. nach der Passphrase',
    other: 'Fragt in {count} Min. nach der Passphrase',
  },
  'status.session.why':
    'So viele Stunden nach dem Entsperren wird die Passphrase erneut verlangt, was immer Sie tun. Alles ist gespeichert, laufende Aufgaben gehen weiter.',
  'settings.lock.hours': 'Sperren nach Stunden, was immer Sie tun',
  'settings.lock.hours.hint':
    'Ab dem Entsperren, höchstens 12. Einige Minuten vorher sagt es die Statuszeile.',
  'people.remove.backups':
    '{name} ist entfernt und der Tresor hat einen neuen Schlüssel. Diese Sicherungen sind älter: Die frühere Passphrase öffnet sie noch. Machen Sie eine neue Sicherung und vernichten Sie diese.',
  'order.what.audit.rotateKey': 'Dem Prüfprotokoll statt {key} einen neuen Schlüssel geben',
  'order.what.model.export': 'Das Modell {model} an {recipient} herausgeben',
} as const satisfies Translation<typeof en>;
