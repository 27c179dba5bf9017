/*
 * What the facts of the register are called on paper, where the law asks for them, and by which term of the
 * W3C Data Privacy Vocabulary (DPV 2.1, https://w3id.org/dpv) a machine finds them.
 */
import { LAW, type Citation } from '../../shared/domain/law.ts';

interface Term {
  readonly title: string;
  readonly cite?: Citation;
  /** Property of DPV, and the class of what it points at. */
  readonly dpv?: readonly [property: string, type: string];
}

const TERMS: Readonly<Record<string, Term>> = {
  controller: {
    title: 'Controller',
    cite: 'controller',
    dpv: ['hasDataController', 'DataController'],
  },
  jointController: {
    title: 'Joint controllers',
    cite: 'controller',
    dpv: ['hasJointDataControllers', 'JointDataControllers'],
  },
  representative: {
    title: 'Representative',
    cite: 'controller',
    dpv: ['hasRepresentative', 'Representative'],
  },
  dpo: {
    title: 'Data protection officer',
    cite: 'controller',
    dpv: ['hasDataProtectionOfficer', 'DataProtectionOfficer'],
  },
  processor: {
    title: 'Processor',
    cite: 'processor',
    dpv: ['hasDataProcessor', 'DataProcessor'],
  },
  processors: { title: 'Processors', dpv: ['hasDataProcessor', 'DataProcessor'] },
  authority: {
    title: 'Supervisory authority',
    dpv: ['hasAuthority', 'DataProtectionAuthority'],
  },
  home: { title: 'Country of the site', dpv: ['hasJurisdiction', 'Jurisdiction'] },
  purpose: { title: 'Purpose', cite: 'purposes', dpv: ['hasPurpose', 'Purpose'] },
  basis: { title: 'Legal basis', cite: 'basis', dpv: ['hasLegalBasis', 'LegalBasis'] },
  operations: { title: 'Operations', dpv: ['hasProcessing', 'Processing'] },
  subjectCategories: {
    title: 'Categories of people',
    cite: 'categories',
    dpv: ['hasDataSubject', 'DataSubject'],
  },
  dataCategories: {
    title: 'Categories of data',
    cite: 'categories',
    dpv: ['hasPersonalData', 'PersonalData'],
  },
  recipients: { title: 'Recipients', cite: 'recipients', dpv: ['hasRecipient', 'Recipient'] },
  transfers: {
    title: 'Transfers to third countries',
    cite: 'transfers',
    dpv: ['hasThirdCountry', 'ThirdCountry'],
  },
  retention: {
    title: 'Time limits for erasure',
    cite: 'retention',
    dpv: ['hasStorageCondition', 'StorageDuration'],
  },
  notice: { title: 'Notice in force', cite: 'notice', dpv: ['hasNotice', 'PrivacyNotice'] },
  source: { title: 'Source of the data', dpv: ['hasDataSource', 'DataSource'] },
  necessity: { title: 'Necessity and proportion', dpv: ['hasNecessity', 'Necessity'] },
  jointControllers: { title: 'Arrangement of joint controllers' },
  instructions: { title: 'Instructions of the controller' },
  models: { title: 'Models trained' },
  scale: { title: 'Scale', dpv: ['hasScale', 'Scale'] },
  assessment: {
    title: 'Impact assessment',
    cite: 'assessment',
    dpv: ['hasImpactAssessment', 'DPIA'],
  },
  encryption: measure('Encryption', 'EncryptionAtRest'),
  keyDerivation: measure('Keys from passphrases', 'PasswordAuthentication'),
  people: measure('People and roles', 'AccessControlMethod'),
  twoPersons: measure('Acts of two persons', 'AccessControlMethod'),
  recovery: measure('Recovery code', 'TechnicalMeasure'),
  auditLog: measure('Audit log', 'TechnicalMeasure'),
  backups: measure('Backups', 'DataBackupProtocols'),
  restoreDrill: measure('Last restore drill', 'DataBackupProtocols'),
  policy: measure('Policy of the organisation', 'OrganisationalMeasure'),
  offline: measure('Connections', 'TechnicalMeasure'),
};

function measure(title: string, type: string): Term {
  return { title, cite: 'security', dpv: ['hasTechnicalOrganisationalMeasure', type] };
}

export const termOf = (key: string): Term => TERMS[key] ?? { title: key };

/** The processor's form counts its letters differently. */
const OF_PROCESSOR: Partial<Record<Citation, Citation>> = {
  controller: 'processor',
  transfers: 'processorTransfers',
  security: 'processorSecurity',
};

export function citationOf(key: string, form: 'controller' | 'processor'): string | null {
  if (form === 'processor' && key === 'operations') return LAW.cite.processorCategories;
  const { cite } = termOf(key);
  if (cite === undefined) return null;
  return LAW.cite[form === 'processor' ? (OF_PROCESSOR[cite] ?? cite) : cite];
}

export const OPERATION_TERMS: Readonly<Record<string, string>> = {
  read: 'Consult',
  deidentify: 'Pseudonymise',
  label: 'Analyse',
  train: 'Use',
  evaluate: 'Analyse',
  suggest: 'Use',
  export: 'Disclose',
};

export const UNCONFIRMED = LAW.confirmed
  ? ''
  : `Article numbers of list ${LAW.version}, not yet confirmed by counsel.`;
