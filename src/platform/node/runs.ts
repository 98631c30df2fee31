/**
 * Runs on Node: the functions of src/runs/ over folders, with Node's data sets and threads. Drawing and
 * reports are in reports.ts, so that other users do not load the drawing code.
 */

import {
  aFunction,
  aNumber,
  anObject,
  aString,
  checkArguments,
  either,
  listOf,
  optional,
  record,
} from '../../core/arguments.ts';
import type { DatasetInfo } from '../../data/dataset-info.ts';
import * as audit from '../../runs/audit.ts';
import * as checking from '../../runs/check-run.ts';
import * as compare from '../../runs/compare.ts';
import * as evaluate from '../../runs/evaluate.ts';
import * as experiment from '../../runs/experiment.ts';
import * as exporting from '../../runs/export.ts';
import * as models from '../../runs/find-model.ts';
import * as runs from '../../runs/find-run.ts';
import * as finished from '../../runs/finished-run.ts';
import * as importing from '../../runs/import-model.ts';
import * as inspect from '../../runs/inspect.ts';
import * as list from '../../runs/list-runs.ts';
import * as loading from '../../runs/load.ts';
import * as output from '../../runs/output.ts';
import * as pack from '../../runs/pack.ts';
import * as rates from '../../runs/rates.ts';
import * as reject from '../../runs/reject.ts';
import * as reproduce from '../../runs/reproduce.ts';
import * as folders from '../../runs/run-folder.ts';
import * as shipped from '../../runs/shipped.ts';
import { aConfig } from '../../train/argument-kinds.ts';
import { openDataset } from './data/open-dataset.ts';
import { nodePlatform, onNode } from './platform.ts';
import { aModel, anOpenRun, aRun, aSplit, someOptions, someRuns } from './run-kinds.ts';

/** {@link folders.createRun} in a folder. */
export const createRun = onNode(folders.createRun, { options: record({ config: aConfig, env: anObject }) });
/** {@link folders.openRun} by its path, or by its name under runs/train. */
export const openRun = onNode(folders.openRun, { run: aString, options: someOptions });
/** {@link folders.listRuns} of a folder. */
export const listRuns = onNode(folders.listRuns, { options: someOptions });
/** {@link list.summarizeRuns} of a folder. */
export const summarizeRuns = onNode(list.summarizeRuns, { options: someOptions });
/** {@link checking.checkRun} in a folder. */
export const checkRun = onNode(checking.checkRun, { path: aString });
/** {@link folders.removeRun} from a folder. */
export const removeRun = onNode(folders.removeRun, { path: aString });
/** {@link folders.runPaths} among folders. */
export const runPaths = onNode(folders.runPaths, {
  given: listOf(aString, 'an array of paths or names'),
  options: someOptions,
});
/** {@link output.checkOutput} among files. */
export const checkOutput = onNode(output.checkOutput, { path: aString });
/** {@link folders.checkNewRun} among folders. */
export const checkNewRun = onNode(folders.checkNewRun, { name: aString, options: someOptions });
/** {@link finished.openFinishedRuns} by their paths or names. */
export const openFinishedRuns = onNode(finished.openFinishedRuns, { runs: someRuns });

/** {@link experiment.trainRun} into a folder. */
export const trainRun = onNode(experiment.trainRun, {
  options: record({ config: optional(aConfig), resume: optional(aRun) }),
});
/** {@link runs.findRun} among folders. */
export const findRun = onNode(runs.findRun, { config: aConfig, options: someOptions });
/** {@link runs.trainOnce} into a folder. */
export const trainOnce = onNode(runs.trainOnce, { options: record({ config: aConfig }) });
/** {@link reproduce.reproduceRun} in a temporary folder. */
export const reproduceRun = onNode(reproduce.reproduceRun, { run: aRun, options: someOptions });
/** {@link rates.findRunRate}, kept under runs/lr-find. */
export const findRunRate = onNode(rates.findRunRate, { config: aConfig, options: someOptions });

/** {@link models.findModel} among folders and files. */
export const findModel = onNode(models.findModel, { model: aString, options: someOptions });
/** {@link models.readModelFile} from a path. */
export const readModelFile = onNode(models.readModelFile, { path: aString });
/** `listShipped` of this package. */
export const listShipped = onNode(shipped.listShipped, { folder: optional(aString) });
/** `shippedPath` of this package. */
export const shippedPath = onNode(shipped.shippedPath, { name: aString, folder: optional(aString) });
/** `shippedRecipe` of this package. */
export const shippedRecipe = onNode(shipped.shippedRecipe, { name: aString, folder: optional(aString) });
/** {@link loading.loadNetwork} on Node's threads. */
export const loadNetwork = onNode(loading.loadNetwork, { run: anOpenRun, options: someOptions });

/** {@link evaluate.evaluateRun} with Node's data sets. */
export const evaluateRun = onNode(evaluate.evaluateRun, { run: aRun, split: aSplit, options: someOptions });
/** {@link evaluate.evaluateModel} with Node's data sets. */
export const evaluateModel = onNode(evaluate.evaluateModel, {
  model: aModel,
  split: aSplit,
  options: someOptions,
});
/** {@link reject.findRejection} with Node's data sets. */
export const findRejection = onNode(reject.findRejection, {
  model: aModel,
  predictor: record({ logProbabilities: aFunction }, 'a model that was loaded'),
  share: aNumber,
  options: someOptions,
});
/** {@link compare.compareRuns} with Node's data sets. */
export const compareRuns = onNode(compare.compareRuns, { runs: someRuns, options: someOptions });
/** {@link inspect.inspectRun} with Node's data sets. */
export const inspectRun = onNode(inspect.inspectRun, { run: aRun, options: someOptions });
/** {@link pack.packRuns} into a file. */
export const packRuns = onNode(pack.packRuns, { runs: someRuns, out: aString, options: someOptions });

/** {@link exporting.exportModel} into files. */
export const exportModel = onNode(exporting.exportModel, {
  model: aModel,
  request: record({ to: aString, out: aString }),
});

/** {@link importing.importModel} from and into files. */
export const importModel = onNode(importing.importModel, {
  path: aString,
  out: aString,
  options: someOptions,
});

/** {@link audit.readAudit}, as it is kept under runs/audit. */
export const readAudit = onNode(audit.readAudit, { run: anOpenRun, options: someOptions });

/**
 * {@link audit.auditDataset}, kept under runs/audit.
 * @param data a data set's description, or what `openDataset` takes: a name or a path
 */
export async function auditDataset(
  data: string | DatasetInfo,
  options: audit.AuditOptions = {},
): Promise<audit.WrittenAudit> {
  checkArguments('auditDataset', {
    data: [data, either(aString, record({ name: aString, origin: anObject }, "a data set's description"))],
    options: [options, someOptions],
  });
  const info = typeof data === 'string' ? (await openDataset(data, options)).info : data;
  return await audit.auditDataset(nodePlatform, info, options);
}
