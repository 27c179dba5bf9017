import type { errors as en } from '../en/errors.ts';
import type { Translation } from '../i18n.svelte.ts';

export const errors = {
  'error.title': 'Das hat nicht geklappt',
  'error.what': 'Was ist geschehen',
  'error.safe': 'Sind meine Daten sicher',
  'error.todo': 'Was ist zu tun',
  'error.copy': 'Einzelheiten kopieren',
  'error.safe.unchanged': 'Ja. Es wurde nichts geschrieben; alles ist, wie es war.',
  'error.safe.kept': 'Ja. Was bereits fertig war, ist gespeichert.',
  'error.safe.check': 'Wahrscheinlich. Sehen Sie ins Prüfprotokoll, bevor Sie weiterarbeiten.',
  'error.unknown.what': 'Es ist etwas geschehen, wofür diese Version keinen Satz kennt.',
  'error.unknown.todo':
    'Versuchen Sie es noch einmal. Tritt es wieder auf, geben Sie den Code unten weiter.',
} as const satisfies Translation<typeof en>;
