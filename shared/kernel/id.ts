/** Identifiers that cannot be mistaken for one another by the compiler. */
declare const brand: unique symbol;
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type VaultId = Id<'vault'>;
export type UserId = Id<'user'>;
export type SubjectId = Id<'subject'>;
export type DocumentId = Id<'document'>;
export type CollectionId = Id<'collection'>;
export type PurposeId = Id<'purpose'>;
export type ProjectId = Id<'project'>;
export type SnapshotId = Id<'snapshot'>;
export type RunId = Id<'run'>;
export type ModelId = Id<'model'>;
export type RequestId = Id<'request'>;
export type JobId = Id<'job'>;

/** Prefixes make an id readable in a log: `doc_01J…` can only be a document. */
export const ID_PREFIX = {
  vault: 'vlt',
  user: 'usr',
  subject: 'sub',
  document: 'doc',
  collection: 'col',
  purpose: 'pur',
  consent: 'con',
  project: 'prj',
  annotation: 'ann',
  suggestion: 'sug',
  snapshot: 'snp',
  run: 'run',
  base: 'bas',
  sweep: 'swp',
  model: 'mdl',
  evaluation: 'evl',
  report: 'rep',
  request: 'req',
  order: 'ord',
  exit: 'exi',
  exitNotice: 'exn',
  import: 'imp',
  job: 'job',
  sealed: 'sld',
  intake: 'itk',
  backup: 'bak',
  place: 'plc',
  party: 'pty',
  notice: 'ntc',
  processing: 'prc',
  assessment: 'dpi',
  policy: 'pol',
  retentionRule: 'rul',
  retentionRun: 'rtr',
  hold: 'hld',
  breach: 'brc',
  receipt: 'rct',
  unlearning: 'unl',
  version: 'ver',
} as const;

export type IdKind = keyof typeof ID_PREFIX;
