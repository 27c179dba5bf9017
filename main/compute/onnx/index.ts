/** ONNX models as plain data: read, write, build, order, rewrite. Knows nothing of running them. */
export * from './builder.ts';
export * from './file.ts';
export * from './model.ts';
export * from './order.ts';
export * from './passes/index.ts';
export * from './scope.ts';
export type { FilesBeside } from './surroundings.ts';
