/**
 * Runs on Node: the functions of src/runs/ over folders, with Node's data sets and threads. Drawing and reports are in
 * reports.ts, so that who does not draw does not load what draws.
 */

import type { DatasetInfo } from '../../data/dataset-info.ts';
import * as audit from '../../runs/audit.ts';
import * as compare from '../../runs/compare.ts';
import * as evaluate from '../../runs/evaluate.ts';
import * as experiment from '../../runs/experiment.ts';
import * as models from '../../runs/find-model.ts';
import * as runs from '../../runs/find-run.ts';
import * as finished from '../../runs/finished-run.ts';
import * as inspect from '../../runs/inspect.ts';
import * as loading from '../../runs/load.ts';
import * as pack from '../../runs/pack.ts';
import * as rates from '../../runs/rates.ts';
import * as reject from '../../runs/reject.ts';
import * as reproduce from '../../runs/reproduce.ts';
import * as folders from '../../runs/run-folder.ts';
import * as shipped from '../../runs/shipped.ts';
import { openDataset } from './data/open-dataset.ts';
import { nodePlatform, onNode } from './platform.ts';

/** {@link folders.createRun} in a folder. */
export const createRun = onNode(folders.createRun);
/** {@link folders.openRun} by its path, or by its name under runs/train. */
export const openRun = onNode(folders.openRun);
/** {@link folders.listRuns} of a folder. */
export const listRuns = onNode(folders.listRuns);
/** {@link folders.checkNewRun} among folders. */
export const checkNewRun = onNode(folders.checkNewRun);
/** {@link finished.openFinishedRuns} by their paths or names. */
export const openFinishedRuns = onNode(finished.openFinishedRuns);

/** {@link experiment.trainRun} into a folder. */
export const trainRun = onNode(experiment.trainRun);
/** {@link runs.findRun} among folders. */
export const findRun = onNode(runs.findRun);
/** {@link runs.trainOnce} into a folder. */
export const trainOnce = onNode(runs.trainOnce);
/** {@link reproduce.reproduceRun} in a temporary folder. */
export const reproduceRun = onNode(reproduce.reproduceRun);
/** {@link rates.findRunRate}, kept under runs/lr-find. */
export const findRunRate = onNode(rates.findRunRate);

/** {@link models.findModel} among folders and files. */
export const findModel = onNode(models.findModel);
/** {@link models.readModelFile} from a path. */
export const readModelFile = onNode(models.readModelFile);
/** {@link shipped.listShipped} of this package. */
export const listShipped = onNode(shipped.listShipped);
/** {@link shipped.shippedPath} of this package. */
export const shippedPath = onNode(shipped.shippedPath);
/** {@link shipped.shippedRecipe} of this package. */
export const shippedRecipe = onNode(shipped.shippedRecipe);
/** {@link loading.loadNetwork} on Node's threads. */
export const loadNetwork = onNode(loading.loadNetwork);

/** {@link evaluate.evaluateRun} with Node's data sets. */
export const evaluateRun = onNode(evaluate.evaluateRun);
/** {@link evaluate.evaluateModel} with Node's data sets. */
export const evaluateModel = onNode(evaluate.evaluateModel);
/** {@link reject.findRejection} with Node's data sets. */
export const findRejection = onNode(reject.findRejection);
/** {@link compare.compareRuns} with Node's data sets. */
export const compareRuns = onNode(compare.compareRuns);
/** {@link inspect.inspectRun} with Node's data sets. */
export const inspectRun = onNode(inspect.inspectRun);
/** {@link pack.packRuns} into a file. */
export const packRuns = onNode(pack.packRuns);

/** {@link audit.readAudit}, as it is kept under runs/audit. */
export const readAudit = onNode(audit.readAudit);

/**
 * {@link audit.auditDataset}, kept under runs/audit.
 * @param data a data set's description, or what `openDataset` takes: a name or a path
 */
export async function auditDataset(
  data: string | DatasetInfo,
  options: audit.AuditOptions = {},
): Promise<audit.WrittenAudit> {
  const info = typeof data === 'string' ? (await openDataset(data, options)).info : data;
  return await audit.auditDataset(nodePlatform, info, options);
}
