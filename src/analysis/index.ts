export { analyzeLog, type LogSource } from './analyze.ts';
export type {
  AnalysisOptions,
  Category,
  Diagnosis,
  Diagnostic,
  FailedTest,
  LogLine,
  Recommendation,
} from './types.ts';
