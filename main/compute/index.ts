/**
 * The face of the compute room for its entry. Core imports `protocol.ts` and nothing else of it.
 *
 * To learn how training works here, read the rooms from the bottom up: `onnx` (a graph as plain data),
 * `sessions` (running one), `autodiff` (its gradients), `optim` (moving weights), `architectures` and
 * `adapters` (which graphs, which weights), `tokenizers` (texts to numbers), `loops` (the jobs). Each
 * room's index says in which order its files explain each other.
 */
export { serveCompute } from './serve.ts';
export { PRESETS, PROTOCOL_VERSION, type ComputePort } from './protocol.ts';
