import type { settings as en } from '../en/settings.ts';
import type { Translation } from '../i18n.svelte.ts';

export const settings = {
  'settings.appearance': 'Darstellung',
  'settings.theme': 'Farbschema',
  'settings.theme.system': 'Wie das System',
  'settings.theme.light': 'Hell',
  'settings.theme.dark': 'Dunkel',
  'settings.theme.contrast': 'Hoher Kontrast',
  'settings.language': 'Sprache',
  'settings.reading': 'Größe der Lesetexte',
  'settings.reading.sample':
    'Die Aufnahme erfolgte wegen zunehmender Belastungsdyspnoe seit etwa zehn Tagen.',
  'settings.reading.px': '{size} Pixel',
  'settings.lock': 'Sperre',
  'settings.lock.after': 'Sperren nach Minuten ohne Eingabe',
  'settings.lock.hint':
    'Die Seite wird geleert und fragt nach der Passphrase. Laufende Aufträge enden ungesehen; dann verlässt der Schlüssel den Speicher.',
  'settings.lock.now': 'Jetzt sperren',
  'settings.keys': 'Tasten',
  'settings.keys.change': 'Taste für „{action}“ ändern',
  'settings.keys.press':
    'Drücken Sie die neue Taste. Escape behält die alte, die Rücktaste entfernt sie.',
  'settings.keys.taken': 'Bereits vergeben an „{action}“.',
  'settings.keys.reset': 'Ursprüngliche Tasten wiederherstellen',
  'settings.keys.find': 'Befehl suchen',
  'settings.people': 'Personen',
  'settings.people.text':
    'Rollen bestimmen, welche Räume gezeigt und welche Aufrufe angenommen werden. Geprüft wird im Tresorprozess, nicht hier.',
  'settings.you': 'Sie',
  'settings.vault': 'Tresor',
  'settings.vault.name': 'Name',
  'settings.vault.id': 'Kennung',
  'settings.vault.cipher': 'Verschlüsselung',
  'settings.vault.created': 'Angelegt',
  'settings.vault.size': 'Größe',
  'settings.vault.kdf': 'Schlüsselableitung',
  'settings.vault.kdf.text': '{name}, {memory}, {iterations} Durchläufe',
  'settings.vault.schema': 'Schema',
  'settings.vault.engine': 'Speicherkern',
  'settings.vault.log': 'Prüfprotokoll',
  'restore.title': 'Sicherung zurückspielen',
  'restore.open': 'Sicherung zurückspielen',
  'restore.lead':
    'Die Sicherung wird zu einem neuen Tresor neben dem jetzigen. Was da ist, bleibt unverändert.',
  'restore.which': 'Welche Sicherung',
  'restore.facts': {
    one: '{size}, {count} Protokolleintrag, {medium}',
    other: '{size}, {count} Protokolleinträge, {medium}',
  },
  'restore.medium.beside': 'neben dem Tresor',
  'restore.medium.removable': 'auf einem Wechselmedium',
  'restore.medium.chosen': 'im gewählten Ordner',
  'restore.other': 'von einem anderen Tresor: {vault}',
  'restore.none':
    'Neben dem Tresor und auf angeschlossenen Medien wurde keine Sicherung gefunden. Schließen Sie das Medium an und suchen Sie noch einmal.',
  'restore.again': 'Noch einmal suchen',
  'restore.choose': 'Anderer Ordner',
  'restore.terminal':
    'Dieses Fenster hat keinen Dialog für Ordner. Eine Sicherung an anderer Stelle wird im Terminal zurückgespielt: cloister backup restore FOLDER --to NEW-FOLDER.',
  'restore.passphrase': 'Ihre Passphrase von dem Tag, an dem sie entstand',
  'restore.passphrase.hint': 'Der gedruckte Wiederherstellungscode von damals geht auch.',
  'restore.check': 'Sicherung prüfen',
  'restore.whole': {
    one: 'Die Sicherung ist vollständig: {count} Datei wurde Byte für Byte gelesen.',
    other: 'Die Sicherung ist vollständig: {count} Dateien wurden Byte für Byte gelesen.',
  },
  'restore.damaged': {
    one: 'Die Sicherung ist nicht, wie sie geschrieben wurde: {count} Fehler. Aus ihr kann nichts zurückgespielt werden; wählen Sie eine andere.',
    other:
      'Die Sicherung ist nicht, wie sie geschrieben wurde: {count} Fehler. Aus ihr kann nichts zurückgespielt werden; wählen Sie eine andere.',
  },
  'restore.problem.missing': 'fehlt',
  'restore.problem.changed': 'verändert',
  'restore.problem.foreign': 'gehört nicht dazu',
  'restore.problem.page': 'eine Seite ist nicht lesbar',
  'restore.problem.sealed': 'eine versiegelte Datei ist beschädigt',
  'restore.problem.manifest': 'nicht von diesem Tresor geschrieben',
  'restore.problem.log': 'das Protokoll darin ist nicht unversehrt',
  'restore.users': 'Sie öffnet sich für {names}, mit den Passphrasen von damals.',
  'restore.former':
    'Kein Zugang mehr zum jetzigen Tresor, wohl aber zu diesem: {names}. Entfernen Sie diese Personen gleich nach dem Zurückspielen und wechseln Sie den Schlüssel.',
  'restore.since': {
    one: '{count} Person wurde nach dieser Sicherung gelöscht. Die Löschung wird noch einmal ausgeführt und nachgewiesen, bevor der Tresor benutzt werden kann.',
    other:
      '{count} Personen wurden nach dieser Sicherung gelöscht. Die Löschungen werden noch einmal ausgeführt und nachgewiesen, bevor der Tresor benutzt werden kann.',
  },
  'restore.since.none': 'Soweit hier bekannt, wurde nach dieser Sicherung niemand gelöscht.',
  'restore.unknown':
    'Die Liste der seither gelöschten Personen fehlt oder ist älter als der neueste bekannte Kopf des Protokolls. Wer seither gelöscht wurde, kann wieder auftauchen. Schließen Sie den zuletzt benutzten Tresor oder eine neuere Sicherung an, wenn es sie gibt.',
  'restore.unknown.accept':
    'Eine neuere Liste gibt es nicht mehr. Ich fahre fort, und das Protokoll hält das fest.',
  'restore.do': 'Zurückspielen',
  'restore.cancel': 'Abbrechen',
  'restore.cancel.kept':
    'Wenn Sie abbrechen, wird die unfertige Kopie entfernt. Sicherung und jetziger Tresor bleiben, wie sie sind.',
  'restore.done.served': 'Der Tresor ist wieder da und kann hier geöffnet werden.',
  'restore.done.beside': 'Zurückgespielt in den Ordner „{folder}“, neben dem jetzigen Tresor.',
  'restore.done.open':
    'Schließen Sie dieses Programm und öffnen Sie den zurückgespielten Tresor über seinen Ordner:',
  'restore.done.command': 'cloister open --vault {folder}',
  'restore.done.unlock': 'Zur Tür',
  'restore.done.unknown':
    'Wer nach der Sicherung gelöscht wurde, ist nicht bekannt. Das Protokoll hält fest, dass das hingenommen wurde.',
  'backup.to': 'Wohin',
  'backup.to.usual': 'Wie bisher, sonst neben dem Tresor',
  'backup.to.hint':
    'Eine Sicherung auf einem anderen Datenträger überlebt den Rechner. Gilt für jetzt gemachte und für geplante.',
} as const satisfies Translation<typeof en>;
