import type { NoteKind } from '../note.ts';

export const germanNotes: readonly NoteKind[] = [
  {
    name: 'discharge',
    category: 'clinical',
    lines: [
      [
        'ARZTBRIEF',
        '{hospital}, Klinik für Innere Medizin',
        'Entlassungsbrief - {hospital}, {city}',
      ],
      ['Fallnummer: {record}'],
      [
        'Patient{m?:in}: {name}, geb. {birth}',
        'Name: {name}   Geburtsdatum: {birth}',
        '{m?Herr:Frau} {name}, *{birth}',
      ],
      ['wohnhaft {address}, {postcode} {city}', 'Anschrift: {address}, {postcode} {city}', ''],
      ['Tel.: {phone}', 'Telefon {phone}, E-Mail {email}', ''],
      [
        'Stationärer Aufenthalt vom {date} bis {date2}, {ward}',
        'Aufnahme: {date}   Entlassung: {date2}',
      ],
      [''],
      [
        'Sehr geehrte Kolleginnen und Kollegen,',
        'Guten Tag {title} {doctor},',
        'Guten Tag {title} {doctorSurname},',
      ],
      [
        'wir berichten über {m?den Patienten:die Patientin} {name}, {age}, d{m?er:ie} sich mit {complaint} vorstellte. Vorerkrankungen: {history}.',
        '{m?Herr:Frau} {surname} ({age}) wurde mit {complaint} [aufgenommen|eingewiesen]. Bekannt: {history}.',
      ],
      ['Bei Aufnahme {obs}. {study}: {finding}.', 'Befunde: {obs}; {study}: {finding}.'],
      [
        'Diagnose: {diagnosis}. Therapie mit {drug} und {drug}.',
        'Wir behandelten unter der Diagnose {diagnosis} mit {drug}; der Verlauf war [komplikationslos|verzögert].',
      ],
      [
        'Die Verlegung erfolgte am {date} aus {hospital2} ({title} {doctor2}).',
        'D{m?er:ie} {m?Patient:Patientin} arbeitet bei {employer}, Arbeitsunfähigkeit bis {date2}.',
        'Angehörige: {relative} ({relation}), erreichbar unter {phone}.',
        '',
      ],
      [
        'Kontrolle bei {title} {doctor}, {city}, in einer Woche. Rückfragen unter {phoneOffice}.',
        'Termin in unserer Ambulanz am {date2}; Absage bitte an {emailOffice}.',
        'Bei Beschwerden jederzeit Wiedervorstellung, Telefon {phoneOffice}.',
      ],
      ['Mit freundlichen Grüßen', 'Mit kollegialen Grüßen'],
      ['{title} {doctor3}', '{title} {doctor3}, Oberarzt', 'gez. {doctor3}, {city}, {date2}'],
    ],
  },
  {
    name: 'nursing',
    category: 'clinical',
    lines: [
      ['PFLEGEBERICHT', 'Pflegedokumentation {ward}', 'Verlaufsbericht Pflege - {hospital}'],
      ['Fallnummer: {record}'],
      ['{name}, {age}', 'Patient{m?:in}: {name}', 'Name: {name}, Alter: {age}'],
      [''],
      [
        '{date} Frühdienst: {m?Herr:Frau} {surname} hat [gut|kaum] geschlafen. {obs}. Mobilisation an die Bettkante.',
        'Früh, {date}: Vitalwerte {obs}. Klagt über Schmerzen, {title} {doctorSurname} informiert.',
      ],
      [
        'Spät: Besuch durch {relation} {relative}, bittet um Anruf unter {phone}. {drug} verabreicht.',
        '{date2} Spätdienst: Visite {title} {doctor}, Anordnung {drug}. Wunde [reizlos|leicht gerötet].',
        '{relative} ({relation}, {phone}) bringt Brille und Hörgerät.',
      ],
      ['Nacht: ruhig, {obs}.', 'Nachtdienst: einmal Bedarfsmedikation, {drug}.', ''],
      [
        'Entlassung geplant für {date2} nach {address}, {city}. Pflegedienst informiert.',
        'Sozialdienst klärt mit {relative} die Kurzzeitpflege, Rückruf {phone}.',
        'Verlegung nach {hospital2} am {date2}.',
      ],
      ['GKP {doctor3}', 'Hz. {doctor3}', 'Pflegefachkraft {doctor3}'],
    ],
  },
  {
    name: 'radiology',
    category: 'clinical',
    lines: [
      [
        'RADIOLOGISCHER BEFUND',
        '{hospital}, Institut für Radiologie',
        'Befundbericht Radiologie, {hospital}',
      ],
      ['Fallnummer: {record}'],
      [
        '{name}, geb. {birth}',
        'Patient{m?:in} {name} ({age})',
        'Name: {name}. Geb.-Datum: {birth}',
      ],
      [
        'Zuweisung: {title} {doctor}, {ward}. Untersuchung vom {date}',
        'Anforderung {title} {doctorSurname}, {date}',
      ],
      [''],
      ['{study} vom {date}', 'Untersuchung: {study}'],
      ['Klinische Angaben: Patient{m?:in} mit {complaint}.', 'Fragestellung: V. a. {diagnosis}.'],
      [
        'Befund: {finding}. [Keine Voraufnahmen.|Vergleich mit {before} ({hospital2}).]',
        'Befund: {finding}, im Vergleich zum {before} [unverändert|rückläufig].',
      ],
      [
        'Beurteilung: {diagnosis}. Telefonische Mitteilung an {title} {doctor2} ({phoneOffice}).',
        'Beurteilung: Bild vereinbar mit {diagnosis}.',
      ],
      [
        '{title} {doctor3}',
        'Befundet: {doctor3}, {date}',
        'Elektronisch freigegeben durch {doctor3}',
      ],
    ],
  },
  {
    name: 'emergency',
    category: 'clinical',
    lines: [
      ['NOTAUFNAHME - {hospital}', 'Notfallprotokoll', 'Zentrale Notaufnahme {hospital}, {city}'],
      ['Fallnummer: {record}'],
      [
        '{name}, {age}, Ankunft {date} 03:25 Uhr mit RTW',
        'Name: {name}, geb. {birth}',
        'Patient{m?:in} {name}; Selbstvorstellung am {date}',
      ],
      [
        'Angehörige: {relative} ({relation}), {phone}',
        'Wohnt allein, {address}, {postcode} {city}',
        'Kontakt {relative}, Tel. {phone}',
      ],
      ['Hausarzt: {title} {doctor}, {city}', '', ''],
      [''],
      [
        'Anamnese: Vorstellung mit {complaint}. Beginn [zu Hause|auf der Arbeit bei {employer}|auf dem Weg nach {city2}]. VE: {history}.',
        '{m?Herr:Frau} {surname} stellt sich mit {complaint} seit {date} vor. Dauermedikation: {drug}.',
      ],
      ['Untersuchung: {obs}. {study}: {finding}.', 'Status: {obs}. {study} zeigt: {finding}.'],
      [
        'Verdacht auf {diagnosis}. Rücksprache mit {title} {doctor2}, Aufnahme auf {ward}.',
        'Entlassung mit {drug}. Bei Verschlechterung {phoneOffice}. Kontrolle am {date2}.',
        'Verlegung nach {hospital2}, Annahme durch {title} {doctor2}.',
      ],
      ['{doctor3}, Assistenzarzt', '{title} {doctor3}', 'Behandelt durch {doctor3}'],
    ],
  },
  {
    name: 'letter',
    category: 'bank',
    lines: [
      ['{bank}', '{bank}, Filiale {city}', '{bank}, {address}, {postcode} {city}'],
      ['Kundennummer: {record}'],
      ['{m?Herrn:Frau}', '', ''],
      ['{name}'],
      ['{addressHome}'],
      ['{postcodeHome} {cityHome}'],
      ['{city}, den {date}', '{date}'],
      [''],
      ['Sehr geehrte{m?r Herr: Frau} {surname},', 'Guten Tag {name},'],
      [
        'Ihr Konto {account} weist seit dem {before} einen Sollsaldo von {amount} auf. Bitte gleichen Sie ihn innerhalb von 14 Tagen aus.',
        'vielen Dank für Ihren Besuch am {before}. Ihr neues Konto {account} ist eingerichtet.',
        'wir kommen zurück auf Ihren Antrag: {product}, {sum}, Abbuchung von {account}.',
      ],
      [
        'Ab dem {date} senden wir die Auszüge an {email}. Stimmt die Adresse nicht, rufen Sie {phoneOffice} an.',
        'Ihr Arbeitgeber, {employer}, hat die Angaben am {before} bestätigt.',
        'Wir haben {phone} und {email} als Kontaktdaten gespeichert.',
        '',
      ],
      [
        'Ihr Berater {doctor} ist unter {phoneOffice} für Sie da.',
        'Wenden Sie sich an {doctor}, {emailOffice}.',
      ],
      ['Mit freundlichen Grüßen', 'Freundliche Grüße'],
      ['{doctor}', '{doctor}, Kundenberatung', 'i. A. {doctor3}, {bank}'],
    ],
  },
  {
    name: 'memo',
    category: 'bank',
    lines: [
      ['KREDITVORLAGE - vertraulich', 'Kreditmemo {bank}', 'Aktenvermerk Kredit'],
      ['Kundennummer: {record}'],
      [
        'Antragsteller{m?:in}: {name}, geb. {birth}',
        'Kreditnehmer{m?:in} {name}, {age}',
        '{name}, {addressHome}, {postcodeHome} {cityHome}',
      ],
      ['Bearbeitet von {doctor} am {date}', 'Sachbearbeitung: {doctor}, Filiale {city}, {date}'],
      [''],
      [
        'Beantragt wird: {product}, {sum}. Gehaltskonto {account}.',
        'Anfrage: {product} ({sum}), Konto {account}.',
      ],
      [
        'Beschäftigt bei {employer} seit {before}, telefonisch bestätigt durch {doctor2} ({phoneOffice}).',
        'Mitantragsteller: {relative} ({relation}), {age}. Objekt: {address}, {city2}.',
        'Weitere Verbindung bei {bank2}, {account2}, ohne Beanstandung.',
      ],
      [
        'Kapitaldienst [tragbar|knapp]. Erreichbar unter {phone}, Unterlagen kamen von {email}.',
        '',
      ],
      ['Votum: [Zustimmung|Ablehnung|Vorlage Zentrale]. {doctor}', 'Genehmigt {date}: {doctor3}'],
    ],
  },
  {
    name: 'complaint',
    category: 'bank',
    lines: [
      ['BESCHWERDE', 'Beschwerdenotiz - {bank}, {city}', 'Telefonische Beschwerde'],
      ['Kundennummer: {record}'],
      ['Anrufer{m?:in}: {name}, {phone}', 'Von: {name} ({email})', '{name}, {cityHome}'],
      ['Eingegangen am {date}, aufgenommen von {doctor}', '{date}, {doctor}'],
      [''],
      [
        '{m?Herr:Frau} {surname} teilt mit, dass {grievance}. Betroffen ist {account}.',
        'Per Nachricht: „Seit {before} bin ich bei der {bank}, und jetzt das 😡“, schreibt {short}, weil {grievance}.',
        'Am {before} stellte {m?Herr:Frau} {surname} fest, dass {grievance} ({amount}, Konto {account}).',
      ],
      [
        '{m?Er:Sie} hatte am {before} bereits mit {doctor2} in der Filiale {city} gesprochen.',
        'Bevollmächtigt ist {relative} ({relation}), Telefon {phone}.',
        'Gewünscht wird die Erstattung von {amount} auf {account2} bei der {bank2}.',
      ],
      [
        'Antwort schriftlich an {addressHome}, {postcodeHome} {cityHome}.',
        'Weitergeleitet an {emailOffice}, Frist {date2}.',
        'Rückmeldung bis {date2} an {email}.',
      ],
      ['{doctor}', 'Erfasst: {doctor3}', 'gez. {doctor3}'],
    ],
  },
];
