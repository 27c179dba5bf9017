/** Models after a person has left them. */
import type { Translation } from '../i18n.svelte.ts';
import type { unlearning as en } from '../en/unlearning.ts';

export const unlearning = {
  'model.reason.a consent was withdrawn':
    'Eine Einwilligung dahinter wurde widerrufen: Es wird für jede Nutzung verweigert.',
  'model.reason.a person was erased':
    'Eine Person, von der es gelernt hat, wurde gelöscht: Es wird für jede Nutzung verweigert.',
  'model.reason.the time for a person’s texts was over':
    'Die Frist für Texte, aus denen es lernte, war abgelaufen: Es wird für jede Verwendung abgelehnt.',
  'model.reason.by the steward': 'Vom Datenverantwortlichen entschieden.',
  'model.reason.nobody decided in time':
    'Niemand hat rechtzeitig entschieden, daher wurde es gesperrt.',
  'model.reason.trained again without them': 'Es wurde ohne die Ausgeschiedenen neu trainiert.',
  'unlearning.title': 'Ausgeschiedene Personen',
  'unlearning.left.withdrawal': {
    one: '{count} Person widerrief, {date}',
    other: '{count} Personen widerriefen, {date}',
  },
  'unlearning.left.retention': {
    one: 'Die Frist für die Texte von {count} Person war abgelaufen, {date}',
    other: 'Die Frist für die Texte von {count} Personen war abgelaufen, {date}',
  },
  'unlearning.left.erasure': {
    one: '{count} Person wurde gelöscht, {date}',
    other: '{count} Personen wurden gelöscht, {date}',
  },
  'unlearning.decideBy': 'Bis {date} entscheiden, danach wird es gesperrt.',
  'unlearning.decide': 'Entscheiden',
  'unlearning.decide.title': 'Was aus „{name}“ wird',
  'unlearning.decide.text':
    'Niemand kann einem Modell nehmen, was es gelernt hat. Es wird entweder ohne die Ausgeschiedenen neu trainiert oder vernichtet.',
  'unlearning.choice': 'Entscheidung',
  'unlearning.choice.retrain': 'Ohne sie neu trainieren',
  'unlearning.choice.retrain.text': {
    one: 'Gleiches Rezept, gleiche Startwerte, {count} Dokument. Das neue Modell tritt an seine Stelle.',
    other:
      'Gleiches Rezept, gleiche Startwerte, {count} Dokumente. Das neue Modell tritt an seine Stelle.',
  },
  'unlearning.choice.retrain.time': 'etwa {time}',
  'unlearning.choice.retrain.shards': '{touched} von {total} Teilmodellen',
  'unlearning.choice.destroy': 'Vernichten',
  'unlearning.choice.destroy.text':
    'Gewichte und Schlüssel verschwinden, der Tresor wird nach Resten durchsucht. Der Eintrag mit dem Hash bleibt.',
  'unlearning.choice.destroy.note': 'nicht umkehrbar',
  'unlearning.choice.block': 'Vorerst sperren',
  'unlearning.choice.block.text':
    'Wie schon jetzt für jede Nutzung verweigert; entschieden werden kann auch später.',
  'unlearning.destroyOld': 'Danach die alten Gewichte vernichten',
  'unlearning.destroyOld.hint': 'Sonst bleiben sie im Tresor, für jede Nutzung verweigert.',
  'unlearning.confirm': 'Den Namen des Modells eintippen: {name}',
  'unlearning.do.retrain': 'Neu trainieren',
  'unlearning.do.resume': 'Training fortsetzen',
  'unlearning.do.destroy': 'Vernichten',
  'unlearning.do.block': 'Sperren',
  'unlearning.exactness.weights':
    'Exakt: Die Datei gleicht Byte für Byte der eines Laufs, der sie nie gesehen hat.',
  'unlearning.exactness.perShard':
    'Exakt je Teilmodell: Die ohne sie bleiben Byte für Byte gleich.',
  'unlearning.exactness.distribution':
    'Sie kommen nicht vor. Das Rauschen privaten Trainings fällt nie zweimal gleich, daher gibt es keinen Hash zum Vergleichen.',
  'unlearning.cannot.destroyed': 'Seine Gewichte sind vernichtet.',
  'unlearning.cannot.superseded': 'Ein anderes Modell ist an seine Stelle getreten.',
  'unlearning.cannot.nobodyLeft': 'Niemand, von dem es gelernt hat, ist ausgeschieden.',
  'unlearning.cannot.dataGone': 'Der Datenstand, aus dem es gelernt hat, ist nicht mehr da.',
  'unlearning.cannot.baseStale': 'Zuerst über das Modell entscheiden, auf dem es aufbaut.',
  'unlearning.cannot.baseGone': 'Worauf es aufbaut, ist nicht mehr da.',
  'unlearning.backups': 'Frühere Sicherungen enthalten die alten Gewichte, bis sie ersetzt werden.',
  'unlearning.successor': 'An seine Stelle trat „{name}“.',
  'unlearning.predecessor': 'Es trat an die Stelle von „{name}“, ohne die Ausgeschiedenen.',
  'unlearning.certificate.retrained': 'Nachweis: neu trainiert',
  'unlearning.certificate.destroyed': 'Nachweis: vernichtet',
  'unlearning.certificate.text': 'Nur Hashes und Zahlen: Niemand wird genannt.',
  'unlearning.certificate.before': 'Alte Gewichte',
  'unlearning.certificate.after': 'Neue Gewichte',
  'unlearning.certificate.recipe': 'Rezept',
  'unlearning.certificate.runs': 'Läufe',
  'unlearning.certificate.people': 'Personen',
  'unlearning.certificate.documents': 'Dokumente',
  'unlearning.certificate.beforeAfter': '{before}, jetzt {after}',
  'unlearning.certificate.shards': 'Neu trainierte Teilmodelle',
  'unlearning.certificate.ofShards': '{count} von {total}',
  'unlearning.certificate.files': 'Vernichtete Dateien',
  'unlearning.certificate.scan': 'Suche',
  'unlearning.certificate.hits': {
    one: '{count} Treffer für {needles} Spuren in {bytes}',
    other: '{count} Treffer für {needles} Spuren in {bytes}',
  },
  'unlearning.certificate.leaf': 'Protokollblatt',
  'unlearning.certificate.hash': 'Nachweis',
  'unlearning.note.chosenBySweep':
    'Das Rezept wurde durch eine Suche gewählt, die sie gesehen hatte.',
  'unlearning.note.timeBudget':
    'Die Zahl der Epochen wurde nach der Uhr dieses Rechners neu bestimmt.',
  'unlearning.note.privateNoise': 'Privates Training: Keine zwei Läufe haben denselben Hash.',
  'unlearning.note.splitsKept':
    'Wie die Daten aufgeteilt wurden, ist nicht bekannt; alle blieben, wo sie waren.',
  'unlearning.note.builtOnSuccessor': 'Es baut auf dem Nachfolger seiner früheren Grundlage auf.',
  'recipe.field.shards': 'Teilmodelle nach Personen',
  'recipe.hint.shards':
    '2 bis 8 Modelle, die gemeinsam antworten; wer ausscheidet, wird durch Neutraining nur eines davon verlernt. Weniger Personen je Modell kosten Genauigkeit',
  'recipe.issue.at.shards':
    'Nicht mit Schlusstest oder Privatheit: Die Teilmodelle antworten nur gemeinsam',
  'job.procedure.unlearning.retrain': 'Training ohne die Ausgeschiedenen',
  'job.procedure.unlearning.destroy': 'Vernichten eines Modells',
  'job.stage.deleting': 'Löschen',
  'job.stage.compacting': 'Datenbank neu aufbauen',
  'job.stage.rekeying': 'Schlüssel wechseln',
  'job.stage.proving': 'Bytes durchsuchen',
} as const satisfies Translation<typeof en>;
