// A validator for the part of FHIR R4 (4.0.1) that leaves this product: Bundle, Patient, Consent and
// DocumentReference with their data types. Written from the published structure definitions (hl7.org/fhir/R4)
// and sharing nothing with what writes them: element names, cardinalities, types, value sets whose binding is
// required, and the invariants that can apply. Anything it does not know is an error.
type Json = Readonly<Record<string, unknown>>;

interface Element {
  readonly min: 0 | 1;
  readonly max: 1 | '*';
  readonly type: string;
  /** Of a required binding. */
  readonly codes?: readonly string[];
}

const one = (type: string, codes?: readonly string[]): Element => ({
  min: 1,
  max: 1,
  type,
  ...(codes && { codes }),
});
const may = (type: string, codes?: readonly string[]): Element => ({
  min: 0,
  max: 1,
  type,
  ...(codes && { codes }),
});
const any = (type: string, codes?: readonly string[]): Element => ({
  min: 0,
  max: '*',
  type,
  ...(codes && { codes }),
});
const some = (type: string): Element => ({ min: 1, max: '*', type });

const RESOURCE = {
  id: may('id'),
  meta: may('Meta'),
  implicitRules: may('uri'),
  language: may('code'),
};
const DOMAIN = {
  ...RESOURCE,
  text: may('Narrative'),
  contained: any('Resource'),
  extension: any('Extension'),
};
const ELEMENT = { id: may('string'), extension: any('Extension') };

/** hl7.org/fhir/R4/<type>.html; elements that need types not listed here are left out, and so refused. */
const TYPES: Readonly<Record<string, Readonly<Record<string, Element>>>> = {
  Bundle: {
    ...RESOURCE,
    identifier: may('Identifier'),
    type: one('code', [
      'document',
      'message',
      'transaction',
      'transaction-response',
      'batch',
      'batch-response',
      'history',
      'searchset',
      'collection',
    ]),
    timestamp: may('instant'),
    total: may('unsignedInt'),
    entry: any('Bundle.entry'),
  },
  'Bundle.entry': { ...ELEMENT, fullUrl: may('uri'), resource: may('Resource') },
  Patient: {
    ...DOMAIN,
    identifier: any('Identifier'),
    active: may('boolean'),
    name: any('HumanName'),
    gender: may('code', ['male', 'female', 'other', 'unknown']),
    birthDate: may('date'),
  },
  HumanName: {
    ...ELEMENT,
    use: may('code', ['usual', 'official', 'temp', 'nickname', 'anonymous', 'old', 'maiden']),
    text: may('string'),
    family: may('string'),
    given: any('string'),
  },
  Consent: {
    ...DOMAIN,
    identifier: any('Identifier'),
    status: one('code', [
      'draft',
      'proposed',
      'active',
      'rejected',
      'inactive',
      'entered-in-error',
    ]),
    scope: one('CodeableConcept'),
    category: some('CodeableConcept'),
    patient: may('Reference'),
    dateTime: may('dateTime'),
    performer: any('Reference'),
    organization: any('Reference'),
    sourceAttachment: may('Attachment'),
    policy: any('Consent.policy'),
    policyRule: may('CodeableConcept'),
    verification: any('Consent.verification'),
    provision: may('Consent.provision'),
  },
  'Consent.policy': { ...ELEMENT, authority: may('uri'), uri: may('uri') },
  'Consent.verification': {
    ...ELEMENT,
    verified: one('boolean'),
    verifiedWith: may('Reference'),
    verificationDate: may('dateTime'),
  },
  'Consent.provision': {
    ...ELEMENT,
    type: may('code', ['deny', 'permit']),
    period: may('Period'),
    action: any('CodeableConcept'),
    purpose: any('Coding'),
    code: any('CodeableConcept'),
    dataPeriod: may('Period'),
    provision: any('Consent.provision'),
  },
  DocumentReference: {
    ...DOMAIN,
    masterIdentifier: may('Identifier'),
    identifier: any('Identifier'),
    status: one('code', ['current', 'superseded', 'entered-in-error']),
    docStatus: may('code', ['preliminary', 'final', 'amended', 'entered-in-error']),
    type: may('CodeableConcept'),
    category: any('CodeableConcept'),
    subject: may('Reference'),
    date: may('instant'),
    author: any('Reference'),
    description: may('string'),
    securityLabel: any('CodeableConcept'),
    content: some('DocumentReference.content'),
  },
  'DocumentReference.content': { ...ELEMENT, attachment: one('Attachment'), format: may('Coding') },
  Attachment: {
    ...ELEMENT,
    contentType: may('code'),
    language: may('code'),
    data: may('base64Binary'),
    url: may('url'),
    size: may('unsignedInt'),
    hash: may('base64Binary'),
    title: may('string'),
    creation: may('dateTime'),
  },
  Identifier: {
    ...ELEMENT,
    use: may('code', ['usual', 'official', 'temp', 'secondary', 'old']),
    type: may('CodeableConcept'),
    system: may('uri'),
    value: may('string'),
    period: may('Period'),
  },
  CodeableConcept: { ...ELEMENT, coding: any('Coding'), text: may('string') },
  Coding: {
    ...ELEMENT,
    system: may('uri'),
    version: may('string'),
    code: may('code'),
    display: may('string'),
    userSelected: may('boolean'),
  },
  Reference: {
    ...ELEMENT,
    reference: may('string'),
    type: may('uri'),
    identifier: may('Identifier'),
    display: may('string'),
  },
  Period: { ...ELEMENT, start: may('dateTime'), end: may('dateTime') },
  Meta: {
    ...ELEMENT,
    versionId: may('id'),
    lastUpdated: may('instant'),
    source: may('uri'),
    profile: any('canonical'),
    security: any('Coding'),
    tag: any('Coding'),
  },
  Narrative: {
    ...ELEMENT,
    status: one('code', ['generated', 'extensions', 'additional', 'empty']),
    div: one('xhtml'),
  },
};
const RESOURCES: readonly string[] = ['Bundle', 'Patient', 'Consent', 'DocumentReference'];

/** hl7.org/fhir/R4/datatypes.html: the regular expressions of the primitive types. */
const PRIMITIVES: Readonly<Record<string, RegExp>> = {
  string: /^[ \r\n\t\S]+$/,
  code: /^[^\s]+(\s[^\s]+)*$/,
  id: /^[A-Za-z0-9\-.]{1,64}$/,
  uri: /^\S+$/,
  url: /^\S+$/,
  canonical: /^\S+$/,
  base64Binary: /^(\s*([0-9a-zA-Z+/=]){4}\s*)+$/,
  date: /^([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1]))?)?$/,
  dateTime:
    /^([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1])(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?$/,
  instant:
    /^([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)-(0[1-9]|1[0-2])-(0[1-9]|[1-2][0-9]|3[0-1])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))$/,
};
const MAX_STRING = 1024 * 1024;

type Invariant = (value: Json) => boolean;
/** By type: the invariants of R4 that this subset can break. */
const INVARIANTS: Readonly<Record<string, Readonly<Record<string, Invariant>>>> = {
  Bundle: {
    'bdl-1': ({ total, type }) => total === undefined || type === 'searchset' || type === 'history',
    'bdl-7': ({ entry }) => {
      const urls = list(entry).flatMap((each) =>
        each['fullUrl'] === undefined ? [] : [each['fullUrl']],
      );
      return new Set(urls).size === urls.length;
    },
  },
  'Bundle.entry': {
    'bdl-5': ({ resource }) => resource !== undefined,
    'bdl-8': ({ fullUrl }) => typeof fullUrl !== 'string' || !fullUrl.includes('/_history/'),
  },
  Consent: {
    'ppc-1': ({ policy, policyRule }) => policy !== undefined || policyRule !== undefined,
    'ppc-2': ({ patient, scope }) => patient !== undefined || !hasCode(scope, 'patient-privacy'),
    'ppc-3': ({ patient, scope }) => patient !== undefined || !hasCode(scope, 'research'),
  },
  Period: {
    'per-1': ({ start, end }) =>
      typeof start !== 'string' || typeof end !== 'string' || Date.parse(start) <= Date.parse(end),
  },
  Attachment: {
    'att-1': ({ data, contentType }) => data === undefined || contentType !== undefined,
  },
};

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const hasCode = (concept: unknown, code: string): boolean =>
  list((concept as Json | undefined)?.['coding']).some((coding) => coding['code'] === code);

/** Every rule that is broken, with the place; empty for a valid bundle. */
export function fhirProblems(bundle: unknown): string[] {
  const problems: string[] = [];
  resource(bundle, 'Bundle', problems);
  references(bundle as Json, problems);
  return problems;
}

function resource(value: unknown, at: string, problems: string[]): void {
  const { resourceType, ...rest } = value as Json;
  if (typeof resourceType !== 'string' || !RESOURCES.includes(resourceType)) {
    problems.push(`${at}: no resource type that is known (${String(resourceType)})`);
    return;
  }
  element(rest, resourceType, `${at}(${resourceType})`, problems);
}

function element(value: unknown, type: string, at: string, problems: string[]): void {
  if (type === 'Resource') return resource(value, at, problems);
  const primitive = PRIMITIVES[type];
  if (primitive) return text(value, type, primitive, at, problems);
  if (type === 'boolean' || type === 'unsignedInt') {
    const fits =
      type === 'boolean'
        ? typeof value === 'boolean'
        : Number.isSafeInteger(value) && Number(value) >= 0;
    if (!fits) problems.push(`${at}: no ${type}`);
    return;
  }
  const definition = TYPES[type];
  if (!definition) throw new Error(`The validator does not know ${type}`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`${at}: no ${type}`);
    return;
  }
  const object = value as Json;
  // ele-1: an element has a value or children; JSON has neither nulls nor empty arrays and objects.
  if (Object.keys(object).length === 0) problems.push(`${at}: empty (ele-1)`);
  for (const name of Object.keys(object)) {
    if (!definition[name]) problems.push(`${at}.${name}: not an element of ${type}`);
  }
  for (const [name, wanted] of Object.entries(definition)) {
    members(object[name], wanted, `${at}.${name}`, problems);
  }
  for (const [name, holds] of Object.entries(INVARIANTS[type] ?? {})) {
    if (!holds(object)) problems.push(`${at}: ${name}`);
  }
}

function members(
  value: unknown,
  { min, max, type, codes }: Element,
  at: string,
  problems: string[],
): void {
  if (value === undefined) {
    if (min === 1) problems.push(`${at}: missing`);
    return;
  }
  const many = max === '*';
  if (many !== Array.isArray(value)) {
    problems.push(`${at}: ${many ? 'must be a list' : 'may not be a list'}`);
    return;
  }
  const all = many ? (value as unknown[]) : [value];
  if (all.length === 0) problems.push(`${at}: an empty list`);
  for (const [index, each] of all.entries()) {
    const place = many ? `${at}[${index}]` : at;
    element(each, type, place, problems);
    if (codes && !codes.includes(each as string))
      problems.push(`${place}: not in the value set (${String(each)})`);
  }
}

function text(value: unknown, type: string, form: RegExp, at: string, problems: string[]): void {
  if (typeof value !== 'string' || !form.test(value)) problems.push(`${at}: no ${type}`);
  else if (type === 'string' && value.length > MAX_STRING) problems.push(`${at}: longer than 1 MB`);
}

/** A reference inside a collection points to a full URL in it (bundle.html#references). */
function references(bundle: Json, problems: string[]): void {
  const urls = new Set(list(bundle['entry']).map((entry) => entry['fullUrl']));
  for (const [, target = ''] of JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g)) {
    if (!urls.has(target)) problems.push(`reference ${target}: not in the bundle`);
  }
  for (const { fullUrl } of list(bundle['entry'])) {
    const isUuid = /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(fullUrl));
    if (!isUuid) problems.push(`${String(fullUrl)}: no UUID of RFC 9562`);
  }
}
