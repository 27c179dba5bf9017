export * from './scores.ts';
export * from './spanScores.ts';
export * from './tokenScores.ts';
export * from './report.ts';
export * from './bootstrap.ts';
