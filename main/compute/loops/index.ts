/** The jobs compute can do. */
export { checkGradients, type GradientCheck } from './gradientCheck.ts';
export { runtimeFacts, type LoopHooks } from './hooks.ts';
export { inspect } from './inspect.ts';
export { predict } from './predict.ts';
export { trainTagger } from './trainTagger.ts';
