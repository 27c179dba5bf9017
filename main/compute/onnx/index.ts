/**
 * ONNX models as plain data: read, write, build, order, rewrite. Knows nothing of running them.
 *
 * Read `model` (the types), `wire` and `file` (bytes to model and back, and what a file may not say),
 * `surroundings` (weights in side files), `order` (what depends on what), `builder` (graphs made in
 * TypeScript), then `passes/index` (the rewrites that make a foreign file trainable, and why their
 * order matters) with `scope`, which reads module paths out of node names.
 */
export * from './builder.ts';
export * from './file.ts';
export * from './model.ts';
export * from './order.ts';
export * from './passes/index.ts';
export * from './scope.ts';
export type { FilesBeside } from './surroundings.ts';
