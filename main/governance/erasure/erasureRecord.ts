// The traces an erasure leaves in its request: the order, each finished step, the certificate. From them a
// killed process knows where to go on.
import type { ErasureCertificate } from '../../../shared/contract/index.ts';
import type { SealedId } from '../../store/index.ts';
import type { Actor, RoomContext } from '../context.ts';
import type { BackupsWithPerson } from './erasureBackups.ts';
import type { DeletedRows, SubjectModel } from '../followers.ts';
import type { RequestEventType, RequestRepository } from '../requests/requestRepository.ts';

/** What to search for. Sealed, because it must outlive a kill; its key goes when the request closes. */
export interface Journal {
  readonly subjectId: string;
  readonly subjectKey: string;
  /** Ids of the documents that go. */
  readonly documents: readonly string[];
  readonly needles: readonly string[]; // Base64
  readonly count: number;
  readonly shared: number;
  readonly tooShort: number;
}

export interface Ordered {
  readonly orderId: string;
  readonly orderLeaf: number;
  readonly journal: SealedId;
  /** What stays, line by line, as two people signed it; missing where everything goes. */
  readonly keep?: readonly string[];
  /** Who signed as the second, or alone. */
  readonly approvedBy?: string;
}

export interface Deleted {
  readonly step: 'deleted';
  readonly deleted: readonly DeletedRows[];
  readonly files: number;
  /** Sealed files that had to go, by their made-up ids. */
  readonly sealed: readonly string[];
  readonly notices: number;
  /** Copies of the vault from before, which still hold the person. */
  readonly backups: BackupsWithPerson;
  readonly models: readonly SubjectModel[];
}

export interface ErasureRecord {
  add(actor: Actor, requestId: string, type: RequestEventType, body: object): void;
  ordered(requestId: string): Ordered | undefined;
  orderedAt(requestId: string): string;
  deleted(requestId: string): Deleted | undefined;
  isRekeyed(requestId: string): boolean;
  certificate(requestId: string): ErasureCertificate | undefined;
  journal(ordered: Ordered): Journal;
}

export function createErasureRecord(
  { store, clock }: Pick<RoomContext, 'store' | 'clock'>,
  repository: RequestRepository,
): ErasureRecord {
  const newest = (requestId: string, type: RequestEventType) =>
    repository.events(requestId).findLast((event) => event.type === type);

  function body<T>(requestId: string, type: RequestEventType): T | undefined {
    const event = newest(requestId, type);
    return event && (JSON.parse(event.body) as T);
  }

  const step = (requestId: string, name: string): unknown =>
    repository
      .events(requestId)
      .filter(({ type }) => type === 'step')
      .map((event) => JSON.parse(event.body) as { readonly step: string })
      .findLast((found) => found.step === name);

  return {
    add: (actor, requestId, type, content) =>
      repository.addEvent({
        requestId,
        type,
        at: clock.now(),
        actor: actor.userId,
        body: content,
      }),
    ordered: (requestId) => body<Ordered>(requestId, 'ordered'),
    orderedAt: (requestId) => newest(requestId, 'ordered')?.at ?? '',
    deleted: (requestId) => step(requestId, 'deleted') as Deleted | undefined,
    isRekeyed: (requestId) => step(requestId, 'rekeyed') !== undefined,
    certificate: (requestId) => body<ErasureCertificate>(requestId, 'certificate'),
    journal: ({ journal }) => JSON.parse(store.sealed.read(journal).toString('utf8')) as Journal,
  };
}
