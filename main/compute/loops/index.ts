/**
 * The jobs compute can do. Read `trainer` first (any graph with a loss: lift, differentiate, run, update),
 * then `updateRule` and `epochs` (which examples when), one architecture from end to end
 * (`trainEncoder` or `trainTagger`), and `checkpoint`. `folder` and `inspect` say what a stranger's model
 * holds; `parity` and `checkModel` prove that it trains rightly.
 */
export { checkModel } from './checkModel.ts';
export { probeProvider, PROVIDER_TOLERANCE } from './provider.ts';
export { checkGradients, type GradientCheck } from './gradientCheck.ts';
export { runtimeFacts, type LoopHooks } from './hooks.ts';
export { inspect } from './inspect.ts';
export { parity } from './parity.ts';
export { predict } from './predict.ts';
export { pretrain } from './pretrain.ts';
export { trainEncoder } from './trainEncoder.ts';
export { trainTagger } from './trainTagger.ts';
