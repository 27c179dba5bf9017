// The machine, as the services see it: time, randomness, files that are whole or absent, paths.
export { canonicalJson, type JsonValue } from './canonicalJson.ts';
export { createClock, type Clock } from './clock.ts';
export { createRandom, type Random } from './random.ts';
export { SCRATCH_PREFIX, createPaths, scratchFolders, type Paths } from './paths.ts';
export {
  UNFINISHED_SUFFIX,
  createAtomicFile,
  ensureFolder,
  readFileIfThere,
  replaceFileShredding,
  shredFile,
  syncFolder,
  writeFileAtomic,
  type AtomicWriter,
} from './files.ts';
export {
  Fault,
  attempt,
  attemptAsync,
  diskFull,
  failureOf,
  fault,
  fileFault,
  noPermission,
} from './fault.ts';
export {
  MOST_ENTRY_CHARACTERS,
  NO_KEY_STORE,
  isEntryName,
  type KeyStore,
  type KeyStoreState,
} from './keyStore.ts';
export { CONTENT_POLICY, createPageFiles, originOf, type PageAnswer } from './pageFiles.ts';
