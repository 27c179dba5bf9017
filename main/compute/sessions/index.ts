/**
 * Running graphs: the only room that imports onnxruntime-node. Read `session` (the one door, and what
 * the binding really does), then `probe` (the shapes of all values, found by running once).
 */
export { probe } from './probe.ts';
export {
  listedProviders,
  openSession,
  RUNTIME,
  type HostData,
  type HostTensor,
  type Session,
  type SessionOptions,
} from './session.ts';
