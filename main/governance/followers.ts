// Other rooms hold things about a person too: labels, de-identified copies, models, reports. Imports only
// go downwards, so those rooms register here, when the house is put together, what they answer for in an
// access request, what they do when a person is erased, and what follows from a corrected text.
import type { Passage } from '../../shared/domain/erasures.ts';
import type { Actor } from './context.ts';

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

/** One passage of one text got other words (Art. 16). The new text is in place already. */
export interface TextChange {
  readonly rowid: number;
  readonly documentId: string;
  /** Offsets of the text before. */
  readonly passage: Passage;
  readonly before: string;
  readonly after: string;
  readonly actor: Actor;
  readonly at: string;
}

/** A place that the correction touched: taken off, and kept with the correction as what it was. */
export interface SetAside {
  readonly what: 'importedLabel' | 'annotation' | 'suggestion';
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly by: string;
}

export interface MovedPlaces {
  readonly shifted: number;
  readonly setAside: readonly SetAside[];
  /** Finished tasks that are open again. */
  readonly reopened: number;
}

/** A copy that was made from a text which has changed. */
export interface CopyOfText {
  readonly rowid: number;
  readonly documentId: string;
  readonly subjectId: string | null;
  readonly language: string | null;
  /** Of the copy, as it is. */
  readonly text: string;
  readonly original: {
    readonly documentId: string;
    readonly before: string;
    readonly after: string;
  };
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
  /**
   * As `erase`, for documents whose period of retention ended while their person stays: what no foreign key
   * reaches. Inside the transaction, before the rows of the documents go.
   */
  eraseDocuments?(rowids: readonly number[]): readonly DeletedRows[];
  /** Inside the transaction of a correction: moves every place of this room that lies behind the passage. */
  moved?(change: TextChange): MovedPlaces;
  /** A document got another name (Art. 16): mentions of the old one that stand elsewhere follow. */
  renamed?(change: {
    readonly rowid: number;
    readonly before: string;
    readonly after: string;
  }): void;
  /**
   * The copy as it would be made from the corrected text, its notes of what was replaced renewed; undefined
   * where this room did not make it, or could not make it again as it was.
   */
  remake?(copy: CopyOfText): string | undefined;
  /** Models trained on the person. Marking them stale is part of `erase`. */
  models?(subjectId: string): readonly SubjectModel[];
  /** Folders of this room outside the vault that the proof must scan, absolute. */
  folders?(): readonly string[];
}
