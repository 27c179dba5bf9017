import type { reports as en } from '../en/reports.ts';
import type { Translation } from '../i18n.svelte.ts';

export const reports = {
  'reports.kind.modelCard': 'Modellbericht',
  'reports.kind.evaluation': 'Auswertung',
  'reports.kind.accessPack': 'Auskunftspaket',
  'reports.kind.erasureCertificate': 'Löschnachweis',
  'reports.kind.letter': 'Schreiben',
  'reports.kind.consentReceipt': 'Einwilligungsbeleg',
  'reports.kind.recipientNotice': 'Mitteilung an Empfänger',
  'reports.kind.breach': 'Verletzung',
  'reports.kind.retentionRun': 'Löschlauf',
  'reports.empty.title': 'Noch kein Bericht',
  'reports.empty.text':
    'Modellberichte und Auswertungen entstehen aus einem trainierten Modell; Pakete und Nachweise kommen aus Anträgen.',
  'reports.write': 'Berichte zu einem Modell schreiben',
  'reports.write.title': 'Berichte schreiben',
  'reports.write.text':
    'Alles darin lässt sich aus Lauf, Datenstand und Startwert erneut herstellen.',
  'reports.write.model': 'Modell',
  'reports.write.kinds': 'Welche',
  'reports.write.do': 'Schreiben',
  'reports.col.title': 'Bericht',
  'reports.col.kind': 'Art',
  'reports.col.created': 'Geschrieben',
  'reports.col.files': 'Dateien',
  'reports.file': 'Datei',
  'reports.reading': 'Bericht',
  'reports.export': 'Herausgeben',
  'reports.export.title': '„{title}“ herausgeben',
  'reports.export.text':
    'Empfänger und Prüfsumme werden verzeichnet, bevor ein Byte den Tresor verlässt. Wird eine Person darin später gelöscht, steht der Empfänger auf der Liste der zu Benachrichtigenden.',
  'reports.export.recipient': 'Empfänger',
  'reports.export.recipient.hint':
    'Eine Person oder Stelle mit Namen, zum Beispiel die Ethikkommission.',
  'reports.export.print': 'Verzeichnen und drucken',
  'reports.export.do': 'Verzeichnen und Dateien sichern',
  'reports.export.done': {
    one: '{count} Datei unter Ausgang {exit} herausgegeben.',
    other: '{count} Dateien unter Ausgang {exit} herausgegeben.',
  },
  'reports.exits': 'Was den Tresor verlassen hat',
  'reports.exits.none': 'Nichts hat den Tresor verlassen.',
  'reports.exits.to': 'An {recipient}',
  'reports.exits.entry': 'Protokolleintrag {seq}',
} as const satisfies Translation<typeof en>;
