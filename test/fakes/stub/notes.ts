// Notes for pictures and browser tests: invented people, four languages, spans cut while the text is built.
export interface StubSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}
export interface StubNote {
  readonly language: string;
  readonly text: string;
  readonly spans: readonly StubSpan[];
}
type Part = string | readonly [label: string, text: string];

function note(language: string, ...parts: readonly Part[]): StubNote {
  let text = '';
  const spans: StubSpan[] = [];
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else {
      spans.push({ start: text.length, end: text.length + part[1].length, label: part[0] });
      text += part[1];
    }
  }
  return { language, text, spans };
}

export interface Person {
  readonly key: string;
  readonly name: readonly [given: string, family: string];
  readonly language: 'en' | 'es' | 'de' | 'zh';
}

export const PEOPLE: readonly Person[] = [
  { key: '771204', name: ['Lucía', 'Arce Montiel'], language: 'es' },
  { key: '771318', name: ['Tomás', 'Beltrán Ruiz'], language: 'es' },
  { key: '680551', name: ['Margaret', 'Holloway'], language: 'en' },
  { key: '680774', name: ['Samuel', 'Okafor'], language: 'en' },
  { key: '902216', name: ['Henrike', 'Vogelsang'], language: 'de' },
  { key: '902340', name: ['Jürgen', 'Matthies'], language: 'de' },
  { key: '550127', name: ['秀英', '周'], language: 'zh' },
  { key: '550198', name: ['建国', '沈'], language: 'zh' },
  { key: '680912', name: ['Ivy', 'Carmichael'], language: 'en' },
  { key: '771455', name: ['Rosa', 'Linares Vidal'], language: 'es' },
  { key: '902518', name: ['Annegret', 'Quast'], language: 'de' },
  { key: '680999', name: ['Peter', 'Lindqvist'], language: 'en' },
];

export function noteOf(person: Person, visit: number): StubNote {
  const [given, family] = person.name;
  const date = (order: 'dmy' | 'ymd' | 'dot') => {
    const month = String((visit % 9) + 1).padStart(2, '0');
    const day = String((visit * 7) % 27 || 4).padStart(2, '0');
    if (order === 'dmy') return `${day}/${month}/2026`;
    return order === 'dot' ? `${day}.${month}.2026` : `2026年${Number(month)}月${Number(day)}日`;
  };
  switch (person.language) {
    case 'es':
      return note(
        'es',
        'Paciente: ',
        ['NAME', given],
        ' ',
        ['NAME', family],
        '. NHC: ',
        ['RECORD', person.key],
        '. Domicilio: ',
        ['ADDRESS', `Calle del Olmo ${11 + visit}`],
        ', ',
        ['PLACE', 'Zamora'],
        ', ',
        ['POSTCODE', '49003'],
        '.\nNacida el ',
        ['DATE', '09/11/1951'],
        ', ',
        ['AGE', '74 años'],
        '. Ingreso: ',
        ['DATE', date('dmy')],
        '. Firma: Dra. ',
        ['NAME', 'Teresa Valdés'],
        '.\n\nAcude por dolor en el costado derecho desde hace tres días. No refiere fiebre ni caídas. En la exploración se palpa una zona sensible bajo la última costilla; el resto es normal. Se pide una ecografía y se cita a control en dos semanas.\n\nTratamiento: paracetamol 1 g cada 8 horas si dolor. Teléfono de contacto: ',
        ['CONTACT', '980 555 014'],
        '.\n',
      );
    case 'de':
      return note(
        'de',
        'Patientin: ',
        ['NAME', `${given} ${family}`],
        ', geb. ',
        ['DATE', '14.03.1958'],
        ', Fallnummer ',
        ['RECORD', person.key],
        '.\nAnschrift: ',
        ['ADDRESS', `Lindenweg ${4 + visit}`],
        ', ',
        ['POSTCODE', '37073'],
        ' ',
        ['PLACE', 'Göttingen'],
        '.\n\nDie Aufnahme erfolgte am ',
        ['DATE', date('dot')],
        ' wegen zunehmender Belastungsdyspnoe seit etwa zehn Tagen. Auskultatorisch feuchte Rasselgeräusche basal beidseits, keine Ödeme. Echokardiographisch mittelgradig eingeschränkte Pumpfunktion.\n\nUnter Anpassung der Diuretika rasche Besserung; Entlassung in gutem Allgemeinzustand. Wiedervorstellung bei ',
        ['NAME', 'Dr. Reinhold Esser'],
        ' in vier Wochen, Telefon ',
        ['CONTACT', '0551 555 0127'],
        '.\n',
      );
    case 'zh':
      return note(
        'zh-Hans',
        '姓名：',
        ['NAME', `${family}${given}`],
        '，',
        ['AGE', '68岁'],
        '，病历号：',
        ['RECORD', person.key],
        '。\n住址：',
        ['ADDRESS', `南京路${88 + visit}号`],
        '，',
        ['PLACE', '苏州市'],
        '，邮编',
        ['POSTCODE', '215000'],
        '。\n\n患者因右侧腰痛三天于',
        ['DATE', date('ymd')],
        '就诊，无发热，无外伤史。查体：右侧肾区轻叩痛，余无明显异常。拟行超声检查，嘱多饮水，两周后复诊。\n\n经治医师：',
        ['NAME', '陆文斌'],
        '，联系电话：',
        ['CONTACT', '0512-5550-0163'],
        '。\n',
      );
    case 'en':
      return note(
        'en',
        'Patient: ',
        ['NAME', `${given} ${family}`],
        '. MRN: ',
        ['RECORD', person.key],
        '. DOB: ',
        ['DATE', '22/08/1949'],
        '.\nAddress: ',
        ['ADDRESS', `${9 + visit} Marlow Terrace`],
        ', ',
        ['PLACE', 'Exeter'],
        ', ',
        ['POSTCODE', 'EX4 6QD'],
        '.\n\nSeen in clinic on ',
        ['DATE', date('dmy')],
        '. The ',
        ['AGE', '77-year-old'],
        ' reports a dull ache below the ribs on the right side for three days, worse on bending. No fever, no fall. On examination the lower right chest wall is tender; the abdomen is soft.\n\nPlan: ultrasound this week, simple analgesia, review in two weeks with ',
        ['NAME', 'Dr Alan Whitcombe'],
        '. Contact: ',
        ['CONTACT', '01392 555 0188'],
        '.\n',
      );
  }
}
