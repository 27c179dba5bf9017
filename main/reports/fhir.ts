/*
 * What a person takes along as a FHIR R4 (4.0.1) bundle of type `collection`: Patient, Consent per purpose,
 * DocumentReference per text with the text inside. Only what the person provided is in it, and says so in its
 * tag; a text with gaps carries the security label REDACTED (v3-ObservationValue). Elements and value sets: hl7.org/fhir/R4/patient.html,
 * consent.html (invariant ppc-1: a policy or a rule), documentreference.html, bundle.html (bdl-7: full URLs
 * are unique).
 */
import { createHash } from 'node:crypto';
import type { AccessData, AccessDocument } from '../governance/index.ts';

const STATUS = { given: 'active', refused: 'rejected', withdrawn: 'inactive' } as const;

const PROVIDED = { tag: [{ code: 'provided', display: 'Provided by the person' }] };
const REDACTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'REDACTED',
  display: 'redacted',
};

export function fhirBundle(data: AccessData, texts: readonly AccessDocument[]) {
  const url = (part: string): string => uuidUrl(`${data.request.requestId}\0${part}`);
  const patientUrl = url('patient');
  const patient = { reference: patientUrl };
  const newest = new Map(data.consents.map((consent) => [consent.purposeId, consent]));
  return {
    resourceType: 'Bundle',
    type: 'collection',
    timestamp: data.collectedAt,
    entry: [
      {
        fullUrl: patientUrl,
        resource: {
          resourceType: 'Patient',
          meta: PROVIDED,
          ...(data.person.identifiers.length > 0 && {
            identifier: data.person.identifiers.map(({ scheme, value }) => ({
              type: { text: scheme },
              value,
            })),
          }),
        },
      },
      ...[...newest.values()].map((consent) => ({
        fullUrl: url(`consent\0${consent.purposeId}`),
        resource: {
          resourceType: 'Consent',
          meta: PROVIDED,
          status: STATUS[consent.type],
          scope: coded('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
          category: [coded('http://loinc.org', '59284-0')],
          patient,
          dateTime: consent.at,
          policyRule: { text: `${consent.purpose}, notice ${consent.noticeVersion}` },
          provision: {
            type: consent.type === 'given' ? 'permit' : 'deny',
            ...(consent.expiresAt !== null && {
              period: { start: consent.at, end: consent.expiresAt },
            }),
          },
        },
      })),
      ...texts.map((text, index) => ({
        fullUrl: url(`text\0${index}`),
        resource: {
          resourceType: 'DocumentReference',
          meta: text.withheld > 0 ? { ...PROVIDED, security: [REDACTED] } : PROVIDED,
          status: 'current',
          subject: patient,
          date: text.importedAt,
          content: [
            {
              attachment: {
                contentType: 'text/plain; charset=utf-8',
                ...(text.language !== null && { language: text.language }),
                // An empty value is none in FHIR.
                ...(text.text !== '' && {
                  data: Buffer.from(text.text, 'utf8').toString('base64'),
                }),
                title: text.name,
              },
            },
          ],
        },
      })),
    ],
  };
}

const coded = (system: string, code: string) => ({ coding: [{ system, code }] });

/** RFC 9562 version 8, from a hash: the same request gives the same bundle. */
function uuidUrl(of: string): string {
  const bytes = createHash('sha256').update(of).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `urn:uuid:${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`;
}
