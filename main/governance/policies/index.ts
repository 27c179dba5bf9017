// Policies of the organisation: read `policyFile.ts` (what is signed), `policyCheck.ts` (what keeps one from
// being applied), `policyActs.ts` (applying), `policyBook.ts` (what is in force and what it narrows).
export { createPolicyActs, summaryOf, type PolicyActs } from './policyActs.ts';
export { createPolicyBook, type PolicyBook } from './policyBook.ts';
export { policyProblems } from './policyCheck.ts';
export {
  fingerprintOf,
  openKey,
  policySha256,
  publicKeyOf,
  readPolicyFile,
  signPolicy,
} from './policyFile.ts';
