/** The face of the compute room for its entry. Core imports `protocol.ts` and nothing else of it. */
export { serveCompute } from './serve.ts';
export { PRESETS, PROTOCOL_VERSION, type ComputePort } from './protocol.ts';
