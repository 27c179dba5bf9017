/** Running graphs: the only room that imports onnxruntime-node. */
export { probe } from './probe.ts';
export {
  openSession,
  RUNTIME,
  type HostData,
  type HostTensor,
  type Session,
  type SessionOptions,
} from './session.ts';
