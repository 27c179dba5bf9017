import type { snapshots as en } from '../en/snapshots.ts';
import type { Translation } from '../i18n.svelte.ts';

export const snapshots = {
  'snapshots.freeze': 'Datenstand einfrieren',
  'snapshots.empty.title': 'Noch kein Datenstand',
  'snapshots.empty.text':
    'Ein Datenstand legt fest, was ein Modell sehen wird: welche Texte, von wem, unter welcher Regel. Danach ändert er sich nie mehr.',
  'snapshots.empty.needsProject':
    'Er entsteht aus einem Annotationsprojekt. Beginnen Sie zuerst eines.',
  'snapshots.col.name': 'Datenstand',
  'snapshots.col.project': 'Projekt',
  'snapshots.col.purpose': 'Zweck',
  'snapshots.col.documents': 'Texte',
  'snapshots.col.subjects': 'Personen',
  'snapshots.col.spans': 'Stellen',
  'snapshots.col.created': 'Eingefroren',
  'snapshots.splits': 'Teile',
  'snapshots.split.train': 'Training',
  'snapshots.split.dev': 'Entwicklung',
  'snapshots.split.test': 'Test',
  'snapshots.characters': 'Zeichen',
  'snapshots.labels': 'Labels',
  'snapshots.leftOut': 'Ausgelassen, und warum',
  'snapshots.leftOut.none': 'Es wurde nichts ausgelassen.',
  'snapshots.reason.unfinished': 'Annotation nicht abgeschlossen',
  'snapshots.reason.subjectInDev': 'auch im Entwicklungsteil',
  'snapshots.manifest': 'Verzeichnis',
  'snapshots.policy': 'Regel',
  'snapshots.train': 'Ein Modell damit trainieren',
  'snapshots.form.title': 'Datenstand einfrieren',
  'snapshots.form.text':
    'Die Texte werden nach Personen aufgeteilt: Niemand ist in zwei Teilen. Zurückgehaltene und unfertige Texte bleiben draußen und werden gezählt.',
  'snapshots.form.project': 'Projekt',
  'snapshots.form.name': 'Name',
  'snapshots.form.dev': 'Entwicklungsteil in Prozent',
  'snapshots.form.test': 'Testteil in Prozent',
  'snapshots.form.seed': 'Startwert',
  'snapshots.form.seed.hint': 'Derselbe Startwert zieht dieselben Personen.',
  'snapshots.form.share': 'Training {train} %, Entwicklung {dev} %, Test {test} %',
  'snapshots.form.tooMuch': 'Für das Training bleibt nichts übrig.',
  'snapshots.form.do': 'Einfrieren',
} as const satisfies Translation<typeof en>;
