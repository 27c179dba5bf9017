/*
 * The record of processing activities as files: a page to read and print, a table for spreadsheets, JSON-LD in
 * the terms of the Data Privacy Vocabulary for machines, and a signed note over the hashes of all three.
 */
import { createHash } from 'node:crypto';
import type { ProcessingRecord, RecordFact } from '../../shared/contract/index.ts';
import { canonicalJson, type JsonValue } from '../platform/index.ts';
import { factList, MISSING, moment, plural, type Fact } from './facts.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import { citationOf, OPERATION_TERMS, termOf, UNCONFIRMED } from './registerTerms.ts';
import type { ReportFile } from './reportArchive.ts';

export interface Signing {
  /** As the log's key signs notes. */
  readonly signNote: (text: string) => string;
  readonly vaultName: string;
  readonly vaultId: string;
}

type Form = ProcessingRecord['form'];

const TITLE: Readonly<Record<Form, string>> = {
  controller: 'Record of processing activities',
  processor: 'Record of processing for controllers',
};

export function processingRecordFiles(record: ProcessingRecord, signing: Signing): ReportFile[] {
  const name = `record-${record.form}`;
  return signed(name, signing, record.generatedAt, [
    fileOf(`${name}.html`, 'text/html; charset=utf-8', recordPage(record, signing.vaultName)),
    fileOf(`${name}.csv`, 'text/csv; charset=utf-8', recordCsv(record)),
    fileOf(`${name}.jsonld`, 'application/ld+json', recordJsonLd(record, signing)),
  ]);
}

export const fileOf = (name: string, mediaType: string, content: string): ReportFile => ({
  name,
  mediaType,
  content,
  sha256: createHash('sha256').update(content, 'utf8').digest('hex'),
  bytes: Buffer.byteLength(content, 'utf8'),
});

/** The files, and a note under the log's key that names each with its hash: any other byte is another file. */
export function signed(
  name: string,
  { signNote, vaultId }: Signing,
  at: string,
  files: readonly ReportFile[],
): ReportFile[] {
  const text = [
    'cloister register export',
    vaultId,
    at,
    ...files.map((file) => `${file.sha256} ${file.name}`),
    '',
  ].join('\n');
  return [...files, fileOf(`${name}.note`, 'text/plain; charset=utf-8', signNote(text))];
}

export const printed = (fact: RecordFact, form: Form): Fact => ({
  name: withCitation(fact.key, form),
  value: fact.values === null ? null : fact.values.length === 0 ? 'none' : fact.values.join('; '),
  auditSeq: fact.auditSeq,
});

function withCitation(key: string, form: Form): string {
  const cite = citationOf(key, form);
  return cite === null ? termOf(key).title : `${termOf(key).title} (${cite})`;
}

function recordPage(record: ProcessingRecord, vaultName: string): string {
  const { form, entries, common } = record;
  const gaps = gapsOf(record);
  return page({
    title: vaultName,
    kind: TITLE[form],
    lead: html`${plural(entries.length, 'purpose')}, generated ${moment(record.generatedAt)} from
    the configuration in force.
    ${record.missing === 0 ? 'Nothing is missing.' : `${plural(record.missing, 'entry', 'entries')} missing.`}`,
    top: html``,
    sections: [
      ...(gaps.length > 0
        ? [
            {
              title: 'Missing',
              body: html`<ul>
                ${gaps.map(({ where, what, owner }) => html`<li>${where}: ${what}, to be filled in by the ${owner}.</li>`)}
              </ul>`,
            },
          ]
        : []),
      { title: 'Who and how', body: factList(common.map((fact) => printed(fact, form))) },
      ...entries.map((entry) => ({
        title: entry.state === 'retired' ? `${entry.purpose} (retired)` : entry.purpose,
        body: factList(entry.facts.map((fact) => printed(fact, form))),
      })),
    ],
    foot: html`<p>
      A leaf is an entry of the tamper-evident audit log; a long code is a SHA-256. The note beside
      this page names the hash of each file and is signed with the key of the log. ${UNCONFIRMED}
    </p>`,
  });
}

export interface Gap {
  readonly where: string;
  readonly what: string;
  readonly owner: string;
}

/** Of retired purposes nothing is asked any more. */
export function gapsOf({ common, entries, form }: ProcessingRecord): Gap[] {
  const of = (where: string, facts: readonly RecordFact[]): Gap[] =>
    facts
      .filter(({ values }) => values === null)
      .map(({ key, owner }) => ({
        where,
        what: withCitation(key, form),
        owner: owner ?? 'steward',
      }));
  return [
    ...of('Register', common),
    ...entries
      .filter(({ state }) => state === 'active')
      .flatMap(({ purpose, facts }) => of(purpose, facts)),
  ];
}

/** RFC 4180; a cell that a spreadsheet would take for a formula is spoken as text. */
function recordCsv({ form, common, entries }: ProcessingRecord): string {
  const rows: string[][] = [['purpose', 'state', 'field', 'citation', 'value', 'audit_leaf']];
  const add = (purpose: string, state: string, facts: readonly RecordFact[]): void => {
    for (const { key, values, auditSeq } of facts) {
      rows.push([
        purpose,
        state,
        key,
        citationOf(key, form) ?? '',
        values === null ? MISSING : values.length === 0 ? 'none' : values.join('; '),
        auditSeq === null ? '' : String(auditSeq),
      ]);
    }
  };
  add('', '', common);
  for (const { purpose, state, facts } of entries) add(purpose, state, facts);
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const CONTEXT = {
  dpv: 'https://w3id.org/dpv#',
  'eu-gdpr': 'https://w3id.org/dpv/legal/eu/gdpr#',
  dct: 'http://purl.org/dc/terms/',
  leaf: 'urn:cloister:audit-leaf:',
} as const;

function recordJsonLd(record: ProcessingRecord, { vaultId, vaultName }: Signing): string {
  const document = {
    '@context': CONTEXT,
    '@id': `urn:cloister:${vaultId}:record:${record.form}`,
    '@type': 'dpv:ROPA',
    'dct:title': `${TITLE[record.form]}: ${vaultName}`,
    'dct:created': record.generatedAt,
    'dct:conformsTo': citationOf('purpose', 'controller'),
    ...propertiesOf(record.common),
    'dpv:hasPersonalDataProcess': record.entries.map((entry) => ({
      '@id': `urn:cloister:${vaultId}:purpose:${entry.purposeId}`,
      '@type': 'dpv:PersonalDataProcess',
      'dct:title': entry.purpose,
      ...propertiesOf(entry.facts),
    })),
  };
  const plain = JSON.parse(JSON.stringify(document)) as JsonValue;
  return `${JSON.stringify(JSON.parse(canonicalJson(plain)), null, 2)}\n`;
}

/** A fact without a term of the vocabulary stands as a plain description; a gap stands as MISSING. */
export function propertiesOf(facts: readonly RecordFact[]): Record<string, unknown[]> {
  const properties: Record<string, unknown[]> = {};
  for (const { key, values, auditSeq } of facts) {
    const [property, type] = termOf(key).dpv ?? [undefined, undefined];
    const name = property === undefined ? 'dct:relation' : `dpv:${property}`;
    const evidence = auditSeq === null ? {} : { 'dct:source': { '@id': `leaf:${auditSeq}` } };
    const nodes = (values ?? [MISSING]).map((value) => ({
      ...typed(key, type, value),
      'dct:description': value,
      ...(property === undefined && { 'dct:title': termOf(key).title }),
      ...evidence,
    }));
    (properties[name] ??= []).push(...nodes);
  }
  return properties;
}

function typed(key: string, type: string | undefined, value: string): Record<string, string> {
  const article = /^Art\. (\d+)\((\d)\)\(([a-z])\) GDPR$/.exec(value);
  if (key === 'basis' && article) {
    return {
      '@id': `eu-gdpr:A${article[1]}-${article[2]}-${article[3]}`,
      '@type': 'dpv:LegalBasis',
    };
  }
  if (key === 'operations' && OPERATION_TERMS[value]) {
    return { '@type': `dpv:${OPERATION_TERMS[value]}` };
  }
  if (key === 'dataCategories' && value === 'health') {
    return { '@type': 'dpv:SpecialCategoryPersonalData' };
  }
  return type === undefined ? {} : { '@type': `dpv:${type}` };
}
