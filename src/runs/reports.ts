/** Reports and figures of runs over any platform: `couture/runs/reports`. */

export { type DrawRunOptions, drawRun, type FigureFile, figureNames } from './draw.ts';
export { type ReportOptions, reportRuns, type WrittenReport } from './report.ts';
