/**
 * Reports and figures of runs in folders; apart from runs.ts, so that only users of figures load the drawing
 * code.
 */

import { anObject, aString, optional } from '../../core/arguments.ts';
import * as draw from '../../runs/draw.ts';
import * as report from '../../runs/report.ts';
import { onNode } from './platform.ts';
import { aRun, someRuns } from './run-kinds.ts';

export { type DrawRunOptions, type FigureFile, figureNames } from '../../runs/draw.ts';
export type { ReportOptions, WrittenReport } from '../../runs/report.ts';

/** {@link draw.drawRun} into a folder. */
export const drawRun = onNode(draw.drawRun, {
  run: aRun,
  folder: aString,
  options: optional(anObject),
});
/** {@link report.reportRuns} into a file. */
export const reportRuns = onNode(report.reportRuns, { runs: someRuns, options: optional(anObject) });
