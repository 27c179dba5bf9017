// A certificate of erasure looked at again, by anybody who may read it: its hash, its leaves in the log, the
// person's absence, and the bytes once more. What was searched for at the time is gone with the person, so the
// person, or whoever knew them, may type words of their own: they are searched for in every encoding, and are
// neither stored nor logged.
import type { ErasureCertificate, OutputOf } from '../../../shared/contract/index.ts';
import { ok, type Result } from '../../../shared/kernel/result.ts';
import { needleForms, scanForNeedles, type SealedId } from '../../store/index.ts';
import { basename, dirname } from 'node:path';
import type { RoomContext } from '../context.ts';
import { hashOf, type Erasure } from './erasure.ts';
import { createErasureRecord } from './erasureRecord.ts';
import type { GateRepository } from '../gate/gateRepository.ts';
import { createKeptRepository } from './keptRepository.ts';
import type { RequestRepository } from '../requests/requestRepository.ts';
import type { Subjects } from '../subjects.ts';

export type ErasureVerification = OutputOf<'request.verifyErasure'>;
type Check = ErasureVerification['checks'][number];

export interface ErasureVerifier {
  /** Fails with NOT_FOUND where nothing was erased for the request. Changes nothing. */
  verify(
    requestId: string,
    words: readonly string[],
    onStage?: (done: number, total: number) => void | Promise<void>,
  ): Promise<Result<ErasureVerification>>;
}

const STAGES = 3;
const SEALED_FOLDER = 'sealed';

export function createErasureVerifier(
  context: RoomContext,
  deps: {
    readonly erasure: Pick<Erasure, 'certificate'>;
    readonly requestRows: RequestRepository;
    readonly subjects: Subjects;
    readonly texts: Pick<GateRepository, 'strayIndexRows'>;
    readonly folders: () => readonly string[];
  },
): ErasureVerifier {
  const { store, clock, audit } = context;
  const { requestRows, subjects, texts } = deps;
  const record = createErasureRecord(context, requestRows);
  const kept = createKeptRepository(store);

  async function paper(certificate: ErasureCertificate): Promise<Check[]> {
    const { sha256, ...body } = certificate;
    const certified = audit.leaf(certificate.certificateLeaf)?.body;
    const ordered = audit.leaf(certificate.orderLeaf)?.body;
    const { intact } = await audit.verify();
    return [
      check(
        'certificateHash',
        hashOf(body) === sha256,
        'The certificate has the hash it states.',
        'The certificate is not the one that was hashed.',
      ),
      check(
        'certificateLeaf',
        certified?.action === 'erasure.certify' &&
          certified.commitments?.['certificate'] === sha256,
        `Leaf ${certificate.certificateLeaf} of the audit log commits to the same hash.`,
        `Leaf ${certificate.certificateLeaf} of the audit log does not commit to this certificate, or its body was taken out.`,
      ),
      check(
        'orderBeforeDeletion',
        ordered?.action === 'erasure.order' && certificate.orderLeaf < certificate.certificateLeaf,
        `Leaf ${certificate.orderLeaf}, the order, stands before the certificate.`,
        `Leaf ${certificate.orderLeaf} is no order, or does not stand before the certificate.`,
      ),
      check(
        'inclusion',
        intact,
        `The log of ${audit.size()} leaves was computed again and is whole.`,
        'The log was computed again and is not whole.',
      ),
    ];
  }

  function rows(requestId: string, { outcome }: ErasureCertificate): Check[] {
    const ref = requestRows.get(requestId)?.subject_ref;
    const bearers = store.db
      .all<{ id: string }>('SELECT id FROM subject')
      .filter(({ id }) => ref?.equals(subjects.subjectRef(id)) === true);
    const partly = outcome === 'partlyErased';
    const parts = kept.ofRequest(requestId).filter(({ kept_at }) => kept_at !== null);
    const [bearer] = bearers;
    const later = partly && bearer === undefined;
    const journal = record.ordered(requestId)?.journal;
    const orphans = sealedOrphans();
    return [
      check(
        'pseudonym',
        partly ? bearers.length <= 1 : bearers.length === 0,
        bearer
          ? 'The pseudonym of the request is that of the person whose data is kept.'
          : 'The pseudonym of the request links to nobody in this vault.',
        'The pseudonym of the request still links to a person in this vault.',
      ),
      ...(partly
        ? [
            check(
              'kept',
              later || (parts.length > 0 && subjects.gateState(bearer?.id ?? '') === 'restricted'),
              later
                ? 'What was kept has been erased since.'
                : `${parts.length} parts are kept, restricted, each with a ground and an end date.`,
              'What was kept is not restricted, or stands without a ground.',
            ),
          ]
        : []),
      check(
        'rows',
        store.db.all('PRAGMA foreign_key_check').length === 0 && texts.strayIndexRows() === 0,
        'No row and no entry of the search index is left of something that is gone.',
        'Rows or entries of the search index are left of something that is gone.',
      ),
      check(
        'needles',
        journal === undefined || store.sealed.get(journal) === undefined,
        'The list of what was searched for was destroyed with its key.',
        'The list of what was searched for is still there.',
      ),
      check(
        'files',
        orphans === 0,
        'Every sealed file belongs to something in the vault.',
        `${orphans} sealed files belong to nothing.`,
      ),
      check(
        'pages',
        store.check().length === 0,
        'Every page was read and authenticated.',
        'A page could not be read or authenticated.',
      ),
    ];
  }

  const sealedOrphans = (): number =>
    store
      .files()
      .filter((path) => basename(dirname(path)) === SEALED_FOLDER)
      .filter((path) => store.sealed.get(basename(path) as SealedId) === undefined).length;

  return {
    async verify(requestId, words, onStage = () => undefined) {
      const found = deps.erasure.certificate(requestId);
      if (!found.ok) return found;
      const certificate = found.value;
      await onStage(0, STAGES);
      const checks = await paper(certificate);
      await onStage(1, STAGES);
      checks.push(...rows(requestId, certificate));
      await onStage(2, STAGES);
      const forms = words.flatMap((word) => needleForms(word));
      const control = forms.length;
      const scan = scanForNeedles(
        store,
        [...forms, Buffer.from(certificate.orderId, 'utf8')],
        deps.folders(),
      );
      const hits = scan.hits.filter(({ needleIndex }) => needleIndex !== control);
      const searched = scan.hits.length > hits.length && scan.unread.length === 0;
      const where = [...new Set(hits.map((hit) => hit.where))].slice(0, 5).join(', ');
      checks.push(
        check(
          'words',
          searched && hits.length === 0,
          words.length === 0
            ? 'Every page and file was read; no words were given to search for.'
            : `${words.length} words in ${forms.length} forms: none was found in any page or file.`,
          hits.length > 0
            ? `Found in: ${where}.${certificate.outcome === 'partlyErased' ? ' A part of the person’s data is kept.' : ''}`
            : 'A file could not be read, or the search did not find what it must find.',
        ),
      );
      await onStage(STAGES, STAGES);
      return ok({
        intact: checks.every((each) => each.ok),
        verifiedAt: clock.now(),
        checks,
        scan: {
          bytes: scan.bytesScanned,
          files: scan.files,
          words: words.length,
          forms: forms.length,
          hits: hits.length,
        },
      });
    },
  };
}

const check = (what: Check['what'], holds: boolean, yes: string, no: string): Check => ({
  what,
  ok: holds,
  because: holds ? yes : no,
});
