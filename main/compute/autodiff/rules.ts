/**
 * THE table: one gradient rule per operator, made of standard operators only, because the inference
 * build of ONNX Runtime carries no training kernels. An operator that is not here has no gradient,
 * and differentiating through it is an error that names the node; zero is never assumed.
 */
import type { Rule } from './context.ts';
import { elementwise } from './elementwise.ts';
import { movement } from './movement.ts';
import { products } from './products.ts';
import { statistics } from './statistics.ts';

export const RULES: Readonly<Record<string, Rule>> = {
  ...elementwise,
  ...products,
  ...movement,
  ...statistics,
};
