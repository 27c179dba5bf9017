/** From text to tokens with character offsets. */
export { fineTokens, type Token } from './fineTokens.ts';
