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
} as const satisfies Translation<typeof en>;
