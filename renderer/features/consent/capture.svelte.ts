/** How a decision is taken on screen. Nothing has to be filled in but what the law asks for. */
import type { Guardian } from '../../../shared/contract/index.ts';
import type { ConsentMethod, GuardianRelation } from '../../../shared/domain/consent.ts';

export class Capture {
  method = $state<ConsentMethod>('spoken');
  present = $state('');
  byGuardian = $state(false);
  guardianName = $state('');
  relation = $state<GuardianRelation>('parent');
  authority = $state('');
  conditional = $state(false);

  get guardian(): Guardian | null {
    return this.byGuardian
      ? {
          name: this.guardianName.trim(),
          relation: this.relation,
          authority: this.authority.trim(),
        }
      : null;
  }
  /** Somebody who decides for another says who they are and on what that rests. */
  get ready(): boolean {
    const { guardian } = this;
    return guardian === null || (guardian.name !== '' && guardian.authority !== '');
  }
}
