/** Reports and figures of runs in folders; apart from runs.ts, so that only who draws loads what draws. */

import * as draw from '../../runs/draw.ts';
import * as report from '../../runs/report.ts';
import { onNode } from './platform.ts';

export { type DrawRunOptions, type FigureFile, figureNames } from '../../runs/draw.ts';
export type { ReportOptions, WrittenReport } from '../../runs/report.ts';

/** {@link draw.drawRun} into a folder. */
export const drawRun = onNode(draw.drawRun);
/** {@link report.reportRuns} into a file. */
export const reportRuns = onNode(report.reportRuns);
