// Names of people by what stands around them: the header's fields, titles, signatures, a known given name
// before capitalized words, a Han family name where a name stands. What is found here is then looked for in
// all of the text (propagation.ts).
import { DOUBLE_FAMILY_NAMES, FAMILY_NAMES, GIVEN_NAMES } from '../lexicon.ts';
import type { Finding } from '../types.ts';
import { any, END, HAS_HAN, matches, pattern, START } from './patterns.ts';

/** Words that begin with a capital and are no part of a name: section titles, institutions, specialties. */
const NOT_NAMES = any([
  'Informe',
  'Datos',
  'Servicio',
  'Hospital',
  'Historia',
  'Antecedentes',
  'Motivo',
  'Exploración',
  'Diagnóstico',
  'Tratamiento',
  'Fecha',
  'Centro',
  'Unidad',
  'Urgencias',
  'Registro',
  'Nombre',
  'Apellidos',
  'Edad',
  'Sexo',
  'Ante',
  'Tras',
  'Paciente',
  'Médico',
  'Responsable',
  'Departamento',
  'Instituto',
  'Universidad',
  'Atención',
  'Sección',
  'División',
  'Especialidad',
  'Cirugía',
  'Medicina',
  'Complejo',
  'Facultad',
  'Calle',
  'Avenida',
  'Avda',
  'Plaza',
  'Paseo',
  'Carretera',
  'Correo',
  'Email',
  'Mail',
  'Tel',
  'Telf',
  'Fax',
  'Banco',
  'Cliente',
  'Dear',
  'The',
  'This',
  'Past',
  'Treatment',
  'Follow',
  'Discharge',
  'Admission',
  'Department',
  'Ward',
  'History',
  'General',
  'Customer',
  'Patient',
  'Patientin',
  'Sehr',
  'Diagnose',
  'Befund',
  'Aufnahme',
  'Entlassung',
  'Verlauf',
  'Therapie',
  'Anamnese',
  'Station',
  'Klinik',
  'Klinikum',
  'Bank',
  'Yours',
  'Kind',
  'Best',
  'With',
  'Mit',
  'Dieser',
  'Diese',
  'Ihr',
  'Ihre',
  'Wir',
  'Questions',
  'Clinical',
  'Exam',
  'Filiale',
  'Oficina',
  'Branch',
  'Filial',
  'Kundennummer',
  'Fallnummer',
  'Datum',
  'Name',
  'Age',
  'Sex',
  'Address',
  'RN',
  'Alter',
  'Dirección',
  'Date',
  ...[
    'Cardi',
    'Ur',
    'Onc',
    'Neum',
    'Neur',
    'Dermat',
    'Hemat',
    'Radi',
    'Nefr',
    'Reumat',
    'Oftalm',
    'Ginec',
    'Endocrin',
  ].map((stem) => `${stem}olog[ií]a`),
  'Pediatría',
  'Psiquiatría',
  'Nutrición',
  'Urgencia',
  'Anatomía',
]);
const CAP = String.raw`(?!${NOT_NAMES}(?![\p{L}]))\p{Lu}[\p{L}\p{M}'’-]*`;
const INITIAL = String.raw`\p{Lu}\.`;
const PARTICLE = String.raw`(?:(?:de|del|la|las|los|da|do|dos|di|van|von|der|den|zu|y|i|e)\s){0,3}`;
/** One to `most` + 1 words of a name, the small words between them included. */
const NAME = (most: number): string =>
  String.raw`(?:${INITIAL}\s?){0,2}${CAP}(?:[ \t]${PARTICLE}(?:${CAP}|${INITIAL})){0,${most}}`;
const COMMA_NAME = String.raw`${CAP}(?:[ -]${CAP}){0,2},[ \t]${CAP}(?:[ -]${CAP}){0,2}`;

const TITLE = String.raw`(?:Dr\.?ª?|Dra\.?|Drs\.|DR\.|DRA\.|Prof\.?|Doctora?|Sr\.?|Sra\.?|Srta\.?|Señora?|Dña\.?|Doña|Don|Mr\.?|Mrs\.?|Ms\.?|Miss|Mx\.?|Sister|Nurse|Herrn?|Frau|Schwester|Pfleger(?:in)?)`;
const TITLED = pattern(
  String.raw`${START}${TITLE}(?:\s(?:Dr\.?|med\.|Prof\.|Dipl\.|h\.\s?c\.|Ing\.)){0,3}[ \t](?<value>${NAME(4)})`,
);
/** `D. Pedro López`: a single D. is an abbreviation of too many things to stand for one word. */
const DON = pattern(
  String.raw`${START}D\.[ªº]?[ \t](?<value>${CAP}[ \t]${PARTICLE}${CAP}(?:[ \t]${PARTICLE}${CAP}){0,2})`,
);

const FIELD = any([
  'nombre(?:\\sy\\sapellidos)?',
  'apellidos?',
  'paciente',
  'm[ée]dico(?:\\sresponsable)?',
  'responsable(?:\\scl[íi]nico)?',
  'remitido\\spor',
  'firmado(?:\\spor)?',
  'fdo\\.?',
  'firma',
  'titular',
  'solicitante',
  'informante',
  'autor',
  'enfermer[oa]',
  'patient(?:\\sname)?',
  'name',
  'surname',
  'first\\sname',
  'last\\sname',
  'full\\sname',
  'caller',
  'customer',
  'client',
  'borrower',
  'applicant',
  'signed(?:\\sby)?',
  'noted',
  'author',
  'prepared\\sby',
  'reported\\sby',
  'consultant',
  'physician',
  'gp',
  'next\\sof\\skin',
  'contact',
  'seen\\sby',
  'referr(?:ed|er)(?:\\sby)?',
  'officer',
  'relationship\\smanager',
  'patient(?:in)?',
  'vorname',
  'nachname',
  'familienname',
  'kund(?:e|in)',
  'arzt',
  'sachbearbeitung',
  'berater(?:in)?',
  'kreditnehmer(?:in)?',
  'zuweisung',
  'genehmigt[^:\\n]{0,14}',
  'analista',
  'reclamante',
  'prestatari[oa]',
  'avalista',
  'gestora?',
  'petición\\sde',
  'requested\\sby',
  'approved\\sby',
  'advis[eo]r',
  'complainant',
  'beschwerdeführer(?:in)?',
  'ärztin',
  'gez\\.?',
  'erfasst',
  'erstellt\\svon',
  'unterschrift',
  'befunder(?:in)?',
  'zuweiser(?:in)?',
  'überweiser(?:in)?',
  'betreuer(?:in)?',
  'antragsteller(?:in)?',
  'pflegefachkraft',
  'sachbearbeiter(?:in)?',
]);
const FIELD_VALUE = pattern(
  String.raw`(?:^|[.;,(]\s|\s{2,})[ \t]{0,4}${FIELD}\s?:[ \t]{0,4}(?:${TITLE}[ \t])?(?:(?:Dr\.?|med\.)[ \t]){0,2}(?<value>${COMMA_NAME}|${NAME(5)})`,
  'im',
);
/** The same words without a colon, for the few that announce nothing but a person. */
const BARE_FIELD = pattern(
  String.raw`${START}(?:Paciente|Patientin|Patient|Name|Dear|Estimad[oa]|Berater(?:in)?|[Aa]dvis[eo]r|ask\sfor|Kreditnehmer(?:in)?|Zuweisung|[Rr]equested\sby|[Aa]pproved\sby|p\.p\.|i\.\s?[AV]\.|applicant|vecin[oa],?|nephew,|niece,|Petición\sde|Solicitante|Pflegefachkraft|Sachbearbeiterin|Sachbearbeiter|V[ºo°]\s?B[ºo°]|Fdo\.?|Signed|gez\.)[ \t](?:${TITLE}[ \t])?(?<value>${COMMA_NAME}|${NAME(4)})`,
);
/** Relations: `su marido Cosme Madariaga`, `his wife Ingrid`, `seine Frau Eva`. */
const RELATION = pattern(
  String.raw`${START}(?:marido|esposa|esposo|mujer|hij[oa]|herman[oa]|madre|padre|pareja|sobrin[oa]|niet[oa]|wife|husband|son|daughter|brother|sister|mother|father|partner|niece|nephew|Ehefrau|Ehemann|Tochter|Sohn|Mutter|Vater|Bruder|Partnerin|Partner|Nichte|Neffe)[ \t](?<value>${NAME(3)})`,
);
const SIGNATURE = pattern(
  String.raw`^[ \t]{0,4}(?:con|by|von|por)?[ \t]?(?<value>${CAP}[ \t]${PARTICLE}${CAP}(?:[ \t]${PARTICLE}${CAP}){0,2})(?=[ \t]*(?:$|\/|,[ \t]|[ \t]{2}))`,
  'm',
);
/** `DRINKWATER, Ruth` on a line of its own. */
const COMMA_LINE = pattern(
  String.raw`^[ \t]{0,4}(?:D\.ª?[ \t])?(?<value>${COMMA_NAME})(?=[ \t]*(?:$|\(|,[ \t]\d))`,
  'm',
);
const BY = pattern(
  String.raw`${START}(?:por|by|von|with|mit|durch)[ \t](?:${TITLE}[ \t])?(?<value>${CAP}[ \t]${PARTICLE}${CAP}(?:[ \t]${PARTICLE}${CAP}){0,2})`,
);

const latin = [...GIVEN_NAMES.en, ...GIVEN_NAMES.es, ...GIVEN_NAMES.de].sort(
  (a, b) => b.length - a.length,
);
const GIVEN = pattern(String.raw`${START}${any(latin)}(?:[ \t]${PARTICLE}${CAP}){1,3}${END}`);
const KNOWN_GIVEN = new RegExp(`^${any(latin)}$`, 'u');

const HAN_FAMILY = `(?:${DOUBLE_FAMILY_NAMES.join('|')}|[${FAMILY_NAMES.zh.join('')}])`;
const HAN_NAME = String.raw`${HAN_FAMILY}[\p{sc=Han}]{1,2}`;
const HAN_FIELD = pattern(
  String.raw`(?:姓名|患者|病人|送检|审核|报告|记录|签名|签字|医师|医生|主任|护士|客户经理|经办|经办人|联系人|家属|客户|申请人|借款人|担保人|责任护士|主管医师|主治医师|主治|主刀|受理|受理人|投诉人|来电人|审批|调查人|户主|陪护|会诊|值班|报告者|调查人|审批人|保证人|复核|核对|录入|接诊|首诊)[:：\s\u3000]{1,2}(?<value>${HAN_FAMILY}[\p{sc=Han}]{1,2}?)(?=[，,。；;\s\u3000（(、]|先生|女士|医生|医师|主任|护士|$)`,
  'm',
);
const HAN_RELATION = pattern(
  String.raw`(?:丈夫|妻子|儿子|女儿|母亲|父亲|配偶|孙女|孙子|哥哥|姐姐|弟弟|妹妹|侄子|外甥|患者|借款人|申请人|担保人|尊敬的|报告者|委托|支行)(?<value>${HAN_FAMILY}[\p{sc=Han}]{1,2}?)(?=[，,。；、\s（(\d]|陪同|办理|反映|先生|女士|签|代|来|于|在|诉|自|$)`,
  'm',
);
const HAN_TITLED = pattern(
  String.raw`(?<!主)(?<value>${HAN_FAMILY}[\p{sc=Han}]{0,2}?)(?=先生|女士|小姐|医生|医师|副主任|主任|主治|住院医师|护士长|护士|教授|经理|大夫)`,
);
const HAN_ALONE = pattern(
  String.raw`(?<=^|[，,。；;、：:\s\u3000（(])(?<value>${HAN_NAME})(?=[，,]\s?(?:男|女|\d)|\s*$|[\u3000])`,
  'm',
);

export function* findNames(text: string): Generator<Finding> {
  yield* matches(text, FIELD_VALUE, 'NAME', 'name.header', (match) =>
    // The field's word is found in any case; a name still begins with a capital.
    /^\p{Lu}/u.test(match.groups?.['value'] ?? '') ? 0.9 : null,
  );
  yield* matches(text, TITLED, 'NAME', 'name.titled', 0.9);
  yield* matches(text, DON, 'NAME', 'name.titled', 0.75);
  yield* matches(text, BARE_FIELD, 'NAME', 'name.header', 0.8);
  yield* matches(text, RELATION, 'NAME', 'name.relation', 0.8);
  yield* matches(text, GIVEN, 'NAME', 'name.given', 0.7);
  yield* matches(text, SIGNATURE, 'NAME', 'name.signature', ({ groups }) => {
    const first = /^[\p{L}\p{M}'’-]+/u.exec(groups?.['value'] ?? '')?.[0] ?? '';
    if (KNOWN_GIVEN.test(first)) return 0.8;
    // A title in capitals stands alone on its line too.
    return /\p{Ll}/u.test(groups?.['value'] ?? '') ? 0.5 : null;
  });
  yield* matches(text, COMMA_LINE, 'NAME', 'name.commaLine', 0.6);
  yield* matches(text, BY, 'NAME', 'name.by', 0.55);
  if (!HAS_HAN.test(text)) return;
  yield* matches(text, HAN_FIELD, 'NAME', 'name.chineseField', 0.9);
  yield* matches(text, HAN_RELATION, 'NAME', 'name.chineseRelation', 0.8);
  yield* matches(text, HAN_TITLED, 'NAME', 'name.chineseTitled', 0.85);
  yield* matches(text, HAN_ALONE, 'NAME', 'name.chineseAlone', 0.75);
}
