/**
 * Reports and figures of runs in folders; apart from runs.ts, so that only users of figures load the drawing
 * code.
 */

import { anObject, aString, optional } from '../../core/arguments.ts';
import * as draw from '../../runs/draw.ts';
import * as report from '../../runs/report.ts';
import type { Run } from '../../runs/run.ts';
import { onNode } from './platform.ts';
import { aRun, someRuns } from './run-kinds.ts';

export { type DrawRunOptions, type FigureFile, figureNames } from '../../runs/draw.ts';
export type { ReportOptions, WrittenReport } from '../../runs/report.ts';

/**
 * Draws the figures of a finished run into a folder, as SVG or PNG files.
 * @throws CoutureError of kind `usage` when there is no such run, it is not finished, or a figure does not exist; `data` when
 * files are missing or damaged; `interrupted` when `signal` aborts
 */
export const drawRun: (
  run: Run | string,
  folder: string,
  options?: draw.DrawRunOptions,
) => Promise<draw.FigureFile[]> = onNode(draw.drawRun, {
  run: aRun,
  folder: aString,
  options: optional(anObject),
});

/**
 * Writes the report of one or several finished runs of the same data as one HTML file.
 * @throws CoutureError of kind `usage` when there is no run, or one is not finished or of other data; `data` when files are
 * missing or damaged; `interrupted` when `signal` aborts
 */
export const reportRuns = onNode(report.reportRuns, { runs: someRuns, options: optional(anObject) });
