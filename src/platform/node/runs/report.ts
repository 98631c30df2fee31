/** Reports and figures of run folders; apart from `couture/node`, so that only who draws loads what draws. */

export { type DrawRunOptions, drawRun, type FigureFile } from './draw-run.ts';
export { type ReportOptions, reportRuns, type WrittenReport } from './report-run.ts';
