// The face of the binding for shells and entries: ports, the client, starting processes. It loads no
// service and no native library; only the core process composes those (`core.ts`, `parts.ts`).
export { createClient } from './client.ts';
export { productFolder, productVersion } from './product.ts';
export { createChildPort, createMemoryPorts, createParentPort } from './ports.ts';
export {
  entryFile,
  forkEntry,
  RUNS_FROM_SOURCE,
  scrubbedEnvironment,
  type EntryName,
} from './processes.ts';
export { answerKeyStore } from './keyStorePort.ts';
export type { ElectronParent, ElectronPort, FromCore, ToCore } from './hosts.ts';
export type { Workbench } from './workbench.ts';
