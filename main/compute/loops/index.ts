/** The jobs compute can do. */
export { checkModel } from './checkModel.ts';
export { checkGradients, type GradientCheck } from './gradientCheck.ts';
export { runtimeFacts, type LoopHooks } from './hooks.ts';
export { inspect } from './inspect.ts';
export { parity } from './parity.ts';
export { predict } from './predict.ts';
export { pretrain } from './pretrain.ts';
export { trainEncoder } from './trainEncoder.ts';
export { trainTagger } from './trainTagger.ts';
