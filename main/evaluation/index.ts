/*
 * The face of the evaluation room: measuring a model and the stored results.
 */
export {
  createEvaluations,
  type EvaluationCall,
  type EvaluationDeps,
  type EvaluationDetails,
  type EvaluationFacts,
  type Evaluations,
} from './evaluation.ts';
