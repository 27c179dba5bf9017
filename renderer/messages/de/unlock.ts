import type { unlock as en } from '../en/unlock.ts';
import type { Translation } from '../i18n.svelte.ts';

export const unlock = {
  'unlock.title': '{vault} entsperren',
  'unlock.lead': 'Alles bleibt auf diesem Rechner und ist verschlüsselt, bis Sie es öffnen.',
  'unlock.user': 'Person',
  'unlock.passphrase': 'Passphrase',
  'unlock.open': 'Entsperren',
  'unlock.show': 'Eingabe anzeigen',
  'unlock.last': 'Zuletzt geöffnet: {time}.',
  'unlock.last.never': 'Noch nie geöffnet.',
  'unlock.integrity.unknown':
    'Ob der Tresor seit dem letzten Mal unversehrt ist, wird beim Entsperren geprüft.',
  'unlock.integrity.intact': 'Seit dem letzten Mal unversehrt.',
  'unlock.integrity.rolledBack':
    'Dieser Tresor ist älter als der zuletzt geöffnete. Vielleicht wurde eine Kopie zurückgelegt. Fragen Sie nach, bevor Sie weiterarbeiten.',
  'unlock.integrity.broken':
    'Das Prüfprotokoll ist in sich nicht schlüssig. Fragen Sie nach, bevor Sie weiterarbeiten.',
  'unlock.cipher': 'Verschlüsselt mit {cipher}',
  'unlock.wrong': 'Diese Passphrase öffnet den Tresor nicht. Es wurde nichts verändert.',
  'unlock.throttled': 'Zu viele Versuche. Warten Sie {seconds} Sekunden.',
  'create.title': 'Tresor anlegen',
  'create.lead':
    'Ein Tresor ist ein verschlüsselter Ordner auf diesem Rechner. Er enthält Ihre Texte, Einwilligungen, Annotationen und Modelle.',
  'create.step.name': 'Name',
  'create.step.passphrase': 'Passphrase',
  'create.name': 'Name des Tresors',
  'create.name.hint': 'Worum es geht, zum Beispiel Station und Art der Texte.',
  'create.user': 'Ihr Name',
  'create.user.hint': 'Er steht im Prüfprotokoll neben allem, was Sie tun.',
  'create.working': 'Wer hier arbeitet',
  'create.working.together': 'Mehrere Personen',
  'create.working.together.text':
    'Sie übernehmen die Systemverwaltung: Sie nehmen die anderen auf und hüten die Schlüssel. Was niemand allein tun soll, tun zwei.',
  'create.working.alone': 'Ich arbeite allein',
  'create.working.alone.text':
    'Sie haben alle vier Rollen. Das Protokoll vermerkt, was Sie ohne zweite Person tun.',
  'create.passphrase': 'Passphrase',
  'create.passphrase.hint':
    'Mehrere Wörter, die nicht zusammengehören. Niemand kann sie wiederherstellen: Ohne sie bleibt der Tresor zu.',
  'create.again': 'Dieselbe Passphrase noch einmal',
  'create.again.differs': 'Die beiden Eingaben unterscheiden sich.',
  'create.strength.weak': 'Leicht zu erraten: Machen Sie sie länger.',
  'create.strength.fair': 'Hält eine Weile: ein oder zwei Wörter mehr.',
  'create.strength.good': 'Hält.',
  'create.strength.label': 'Stärke der Passphrase',
  'create.cipher': 'Verschlüsselung',
  'create.cipher.aegis': 'AEGIS-256, schnell und authentifiziert',
  'create.cipher.sqlcipher': 'AES-256-CBC mit HMAC, wo ein Haus es verlangt',
  'create.do': 'Tresor anlegen',
  'door.promise.1': 'Kein Netz: Nichts wird gesendet, nichts wird geholt.',
  'door.promise.2': 'Jedes Lesen eines Textes ist an einen Zweck gebunden und wird festgehalten.',
  'door.promise.3': 'Menschen können widerrufen und vergessen werden, bis zum letzten Byte.',
  'door.restore.absent':
    'Gab es schon einen Tresor? Aus seiner Sicherung wird hier wieder der Tresor.',
  'door.restore.locked': 'Der Tresor öffnet sich nicht oder ist nicht mehr, was er war?',
  'door.restore.damaged':
    'Eine Sicherung kann neben den beschädigten Tresor zurückgespielt werden; er bleibt, wie er ist. Was in ihm noch lesbar ist, rettet das Terminal: cloister vault salvage.',
} as const satisfies Translation<typeof en>;
