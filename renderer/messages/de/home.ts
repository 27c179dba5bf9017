import type { home as en } from '../en/home.ts';
import type { Translation } from '../i18n.svelte.ts';

export const home = {
  'home.today': 'Heute zu tun',
  'home.nothing':
    'Es steht nichts an: Keine Einwilligung läuft ab, kein Modell ist veraltet, kein Lauf ist stehen geblieben.',
  'home.request.access': 'Ein Auskunftsantrag ist bis {date} zu beantworten',
  'home.request.erasure': 'Ein Löschantrag ist bis {date} zu beantworten',
  'home.request.days': { one: 'in {count} Tag', other: 'in {count} Tagen' },
  'home.request.today': 'heute',
  'home.request.overdue': {
    one: 'seit {count} Tag überfällig',
    other: 'seit {count} Tagen überfällig',
  },
  'home.lapsing': {
    one: '{count} Einwilligung läuft innerhalb von 30 Tagen ab',
    other: '{count} Einwilligungen laufen innerhalb von 30 Tagen ab',
  },
  'home.stale': {
    one: '{count} Modell ist veraltet: Eine Person dahinter hat widerrufen oder wurde gelöscht',
    other: '{count} Modelle sind veraltet: Personen dahinter haben widerrufen oder wurden gelöscht',
  },
  'home.tasks': {
    one: '{count} Text wartet auf Annotation',
    other: '{count} Texte warten auf Annotation',
  },
  'home.withheld': {
    one: '{count} Text wird von der Zugangsprüfung zurückgehalten',
    other: '{count} Texte werden von der Zugangsprüfung zurückgehalten',
  },
  'home.next': 'Nächster Schritt',
  'home.next.import.title': 'Die ersten Texte einlesen',
  'home.next.import.text':
    'Ein Ordner mit brat-Dateien, CoNLL-Spalten, JSONL, CSV oder reinem Text. Es wird nichts geschrieben, bevor Sie gesehen haben, was darin steckt.',
  'home.next.import.do': 'Texte einlesen',
  'home.next.purpose.title': 'Festlegen, wofür die Texte dienen',
  'home.next.purpose.text':
    'Ohne Zweck und Rechtsgrundlage gibt die Zugangsprüfung keinen Text frei (Art. 5 Abs. 1 lit. b, Art. 6, Art. 9 DSGVO).',
  'home.next.purpose.do': 'Zweck festlegen',
  'home.next.consent.title': 'Festhalten, wer eingewilligt hat',
  'home.next.consent.text':
    'Der gewählte Zweck beruht auf Einwilligung. Halten Sie fest, wie sich die Menschen entschieden haben und zu welchem Hinweistext.',
  'home.next.consent.do': 'Einwilligung festhalten',
  'home.next.project.title': 'Ein Annotationsprojekt beginnen',
  'home.next.project.text':
    'Ein Projekt verbindet eine Sammlung, einen Zweck und die zu vergebenden Labels.',
  'home.next.project.do': 'Projekt beginnen',
  'home.next.label.title': 'Weiter annotieren',
  'home.next.label.text': 'Der nächste offene Text liegt samt Vorschlägen bereit.',
  'home.next.label.do': 'Weiter annotieren',
  'home.next.snapshot.title': 'Datenstand einfrieren',
  'home.next.snapshot.text':
    'Ein Datenstand legt fest, was ein Modell sehen wird: welche Texte, von wem, unter welcher Regel.',
  'home.next.snapshot.do': 'Datenstand einfrieren',
  'home.next.train.title': 'Modell trainieren',
  'home.next.train.text': 'Es läuft auf diesem Rechner und lässt sich abbrechen und fortsetzen.',
  'home.next.train.do': 'Modell trainieren',
  'home.next.evaluate.title': 'Feststellen, wie gut das Modell ist',
  'home.next.evaluate.text': 'An Texten, die es nie gesehen hat, mit Konfidenzintervallen.',
  'home.next.evaluate.do': 'Modell auswerten',
  'home.next.report.title': 'Modellbericht schreiben',
  'home.next.report.text': 'Wofür das Modell dient, wie gut es ist und für wen nicht.',
  'home.next.report.do': 'Berichte schreiben',
  'home.next.none.title': 'Alle Schritte sind getan',
  'home.next.none.text': 'Der ganze Weg von den Texten zum dokumentierten Modell ist gegangen.',
  'home.next.none.do': 'Berichte ansehen',
  'home.holds': 'In diesem Tresor',
  'home.holds.documents': 'Dokumente',
  'home.holds.people': 'Personen',
  'home.holds.open': 'Zu annotierende Texte',
  'home.holds.withheld': 'Zurückgehalten',
  'home.runs': 'Letzte Trainingsläufe',
  'home.runs.none': 'Noch kein Lauf.',
  'home.runs.f1': 'F1 der Textstellen, Entwicklungstexte',
  'home.log': 'Prüfprotokoll',
  'home.log.text': { one: '{count} Eintrag', other: '{count} Einträge' },
  'home.log.root': 'Kopf',
  'home.log.go': 'Prüfen',
} as const satisfies Translation<typeof en>;
