// Labels that came with an import, when a passage of their text is corrected: those behind it move, those it
// touches are taken off. Copies keep theirs the same way.
import { shiftRange } from '../../shared/domain/erasures.ts';
import type { MovedPlaces, SetAside, TextChange } from '../governance/index.ts';
import type { Store } from '../store/index.ts';

interface Row {
  readonly ordinal: number;
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly annotator: string;
}

export function createMoveLabels({ db }: Pick<Store, 'db'>): (change: TextChange) => MovedPlaces {
  const rows = db.prepare<Row>(
    'SELECT ordinal, start, end, label, annotator FROM source_span WHERE document_rowid = ? AND end > ? ORDER BY ordinal',
  );
  const move = db.prepare(
    'UPDATE source_span SET start = ?, end = ? WHERE document_rowid = ? AND ordinal = ?',
  );
  const drop = db.prepare('DELETE FROM source_span WHERE document_rowid = ? AND ordinal = ?');
  return ({ rowid, passage }) => {
    const setAside: SetAside[] = [];
    let shifted = 0;
    for (const { ordinal, start, end, label, annotator } of rows.all([rowid, passage.start])) {
      const moved = shiftRange({ start, end }, passage);
      if (moved === null) {
        drop.run([rowid, ordinal]);
        setAside.push({ what: 'importedLabel', start, end, label, by: annotator });
      } else if (moved.start !== start) {
        move.run([moved.start, moved.end, rowid, ordinal]);
        shifted += 1;
      }
    }
    return { shifted, setAside, reopened: 0 };
  };
}
