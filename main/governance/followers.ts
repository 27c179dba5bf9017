// Other rooms hold things about a person too: labels, de-identified copies, models, reports. Imports only
// go downwards, so those rooms register here, when the house is put together, what they answer for in an
// access request and what they do when a person is erased.
export interface AccessPart {
  /** A key of the page's messages under `access.part.*`, e.g. `labels`. */
  readonly what: string;
  /** Plain rows; every row has the same columns. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface DeletedRows {
  readonly table: string;
  readonly rows: number;
}

export interface SubjectModel {
  readonly modelId: string;
  readonly name: string;
  readonly state: string;
}

export interface SubjectFollower {
  /** The room's name, for messages. */
  readonly name: string;
  /** What this room holds about the person. */
  access?(subjectId: string): readonly AccessPart[];
  /** What will go at erasure beside what cascades; for the preview. */
  erasureCounts?(subjectId: string): readonly { readonly what: string; readonly count: number }[];
  /**
   * Deletes, inside the transaction and before the person's row, what the foreign keys do not reach, sealed
   * files included. Must be repeatable: an interrupted erasure runs it again.
   */
  erase?(subjectId: string): readonly DeletedRows[];
  /** Models trained on the person. Marking them stale is part of `erase`. */
  models?(subjectId: string): readonly SubjectModel[];
  /** Folders of this room outside the vault that the proof must scan, absolute. */
  folders?(): readonly string[];
}
