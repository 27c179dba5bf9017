// The face of de-identification.
export {
  createDeid,
  type Deid,
  type DeidDeps,
  type DeidMode,
  type DeidPreview,
  type DeidReport,
} from './deid.ts';
export { deidFollower } from './follower.ts';
export { findPeople, peopleFinder, type PersonalFinding } from './people.ts';
export { recognize, RULES_VERSION } from './recognize.ts';
export { DEID_LABELS, type DeidLabel, type Finding } from './types.ts';
