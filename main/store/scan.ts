import type { Store } from './faces.ts';

export interface ScanReport {
  readonly bytesScanned: number;
  readonly files: number;
  readonly needles: number;
  readonly hits: readonly ScanHit[];
}

export interface ScanHit {
  /** `image` for the decrypted database, else the file's base name. */
  readonly where: string;
  readonly needleIndex: number;
  readonly offset: number;
}

export declare function scanForNeedles(
  store: Store,
  needles: readonly Uint8Array[],
  extraFolders?: readonly string[],
): ScanReport;
/** The forms in which a text may survive: UTF-8, UTF-16 both ways round, lower-cased, folded as FTS5 folds. */
export declare function needleForms(text: string): Buffer[];
