import type { Translation } from '../i18n.svelte.ts';
import type { exits as en } from '../en/exits.ts';

/** Exits: what left, for whom, and who has to be told. */
export const exits = {
  'exits.tab.reports': 'Berichte',
  'exits.tab.exits': 'Herausgegeben',
  'exits.empty.title': 'Nichts hat den Tresor verlassen',
  'exits.empty.text':
    'Berichte, Modelle und Exporte erscheinen hier mit Empfänger, Land und Prüfsumme, bevor ein Byte hinausgeht.',
  'exits.col.when': 'Herausgegeben',
  'exits.col.what': 'Was',
  'exits.col.recipient': 'Empfänger',
  'exits.col.country': 'Land',
  'exits.col.people': 'Personen',
  'exits.col.entry': 'Protokolleintrag',
  'exits.kind.model': 'Modell',
  'exits.kind.auditLog': 'Protokoll',
  'exits.ground.home': 'im Inland',
  'exits.ground.eea': 'Europäischer Wirtschaftsraum',
  'exits.ground.adequacy': 'Angemessenheitsbeschluss (Art. 45)',
  'exits.ground.transfer': 'im Register eingetragene Übermittlung',
  'exits.toSubject': 'an die Person selbst',
  'exits.notices': 'Zu unterrichtende Empfänger (Art. 19)',
  'exits.notices.none': 'Im Augenblick ist niemand zu unterrichten.',
  'exits.notice.act.erasure': 'Daten einer Person wurden gelöscht',
  'exits.notice.act.rectification': 'Daten einer Person wurden berichtigt',
  'exits.notice.act.restriction': 'Daten einer Person sind eingeschränkt',
  'exits.notice.left': 'herausgegeben am {date}',
  'exits.notice.letter': 'Brief schreiben',
  'exits.notice.mark': 'Als unterrichtet eintragen',
  'exits.notice.sent': 'Unterrichtet am {date} durch {name}: {how}',
  'exits.way.handed': 'übergeben',
  'exits.way.post': 'per Post',
  'exits.way.carrier': 'auf Datenträger',
  'exits.way.spoken': 'mündlich',
  'exits.way.notPossible': 'nicht möglich',
  'exits.send.title': '{recipient} unterrichten',
  'exits.send.text':
    'Der Brief nennt Herausgabe und Prüfsumme. Ist eine Person gelöscht, kann hier niemand sie mehr nennen: Geben Sie die Nummer vorher weiter, wo der Empfänger sie braucht.',
  'exits.send.how': 'Wie',
  'exits.send.reference': 'Aktenzeichen',
  'exits.send.reference.hint':
    'Zum Beispiel die Nummer des Einschreibens. Wo es nicht möglich ist: warum.',
  'exits.send.do': 'Eintragen',
  'exits.party': 'Aus dem Register',
  'exits.party.none': 'Jemand anderes, mit Namen',
  'exits.country': 'Ziel',
  'exits.country.here': 'Am Ort dieser Einrichtung',
  'exits.allowed.home': 'Es bleibt im Land.',
  'exits.allowed.eea': 'Innerhalb des Europäischen Wirtschaftsraums: kein weiterer Grund nötig.',
  'exits.allowed.adequacy':
    'Die Kommission hält den Schutz dort für angemessen (Art. 45). Liste von {version}.',
  'exits.allowed.transfer': 'Das Register enthält einen Grund für dieses Land.',
  'exits.blocked':
    'Gesperrt: Weder Gesetz noch Register lassen Daten dorthin gehen (Art. 44 DSGVO, Art. 38 PIPL). Zuerst wird der Grund der Übermittlung ins Register eingetragen.',
  'exits.blocked.home':
    'Gesperrt: Niemand hat angegeben, in welchem Land diese Einrichtung liegt. Wählen Sie es zuerst in den Einstellungen.',
} as const satisfies Translation<typeof en>;
