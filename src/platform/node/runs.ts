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
import type { Run } from '../../runs/run.ts';
import * as folders from '../../runs/run-folder.ts';
import * as shipped from '../../runs/shipped.ts';
import { aConfig } from '../../train/argument-kinds.ts';
import type { RunConfig } from '../../train/settings.ts';
import { openDataset } from './data/open-dataset.ts';
import { nodePlatform, onNode } from './platform.ts';
import { aModel, anOpenRun, aRun, aSplit, runOptions, someRuns } from './run-kinds.ts';

/**
 * Makes the folder of a new run under runs/train, never over another run, and locks it.
 * @throws CoutureError of kind `usage` when the name exists or is not a valid folder name, `runtime` when the run of that
 * name is in use
 */
export const createRun: (options: folders.CreateRunOptions) => Promise<Run> = onNode(folders.createRun, {
  options: runOptions.createRun,
});

/**
 * Opens a run by the path of its folder, or by its name under runs/train.
 * @throws CoutureError of kind `usage` when there is no such run, `data` when its config is damaged
 */
export const openRun: (run: string, options?: folders.RootOptions) => Promise<Run> = onNode(folders.openRun, {
  run: aString,
  options: runOptions.roots,
});

/**
 * The paths of the runs in a folder, runs/train by default, in the order of their names.
 * @throws CoutureError of kind `usage` when an argument has the wrong type
 */
export const listRuns: (options?: folders.RootOptions) => Promise<string[]> = onNode(folders.listRuns, {
  options: runOptions.roots,
});

/**
 * Every run in a folder with its state, progress and accuracy, including damaged ones and empty folders.
 * @throws CoutureError of kind `usage` when an argument has the wrong type
 */
export const summarizeRuns: (options?: folders.RootOptions) => Promise<list.RunSummary[]> = onNode(
  list.summarizeRuns,
  { options: runOptions.roots },
);

/**
 * Reads every file of a run, and removes what killed processes left in its folder. A run in use is not touched.
 * @throws CoutureError of kind `usage` when there is no such run; damage is in the result
 */
export const checkRun = onNode(checking.checkRun, { path: aString });

/**
 * Deletes a run with its folder.
 * @throws CoutureError of kind `usage` when the path is not a run, `runtime` when the run is in use
 */
export const removeRun = onNode(folders.removeRun, { path: aString });

/**
 * The paths of runs that are given by path or by name under runs/train.
 * @throws CoutureError of kind `usage` when there is no run of that name
 */
export const runPaths: (given: readonly string[], options?: folders.RootOptions) => Promise<string[]> =
  onNode(folders.runPaths, {
    given: listOf(aString, 'an array of paths or names'),
    options: runOptions.roots,
  });

/**
 * Makes the folder of an output file, and checks that the file can be written, before the work that makes it.
 * @throws CoutureError of kind `usage` when the file belongs to a run, `runtime` when it cannot be written
 */
export const checkOutput = onNode(output.checkOutput, { path: aString });

/**
 * Checks that a new run can have this name.
 * @throws CoutureError of kind `usage` when the name is taken or is not a plain folder name, `runtime` when the run of that
 * name is in use
 */
export const checkNewRun: (name: string, options?: folders.RootOptions) => Promise<void> = onNode(
  folders.checkNewRun,
  { name: aString, options: runOptions.roots },
);

/**
 * Opens finished runs of the same data, with their results, by path or by name under runs/train.
 * @throws CoutureError of kind `usage` when one is missing or not finished, or when their data differs
 */
export const openFinishedRuns = onNode(finished.openFinishedRuns, { runs: someRuns });

/**
 * Trains a network into a run folder, or resumes a run, and evaluates the best weights on the test split, once.
 * @throws CoutureError of kind `usage` when the config or the name is invalid, `data` when files are missing or damaged,
 * `backend` when the backend cannot start, `interrupted` when `signal` aborts: a checkpoint is saved, and the hint says how to
 * resume
 */
export const trainRun = onNode(experiment.trainRun, {
  options: runOptions.trainRun,
});

/**
 * The run of exactly this config by this version of Couture, preferably a finished one; undefined without one.
 * @throws CoutureError of kind `usage` when an argument has the wrong type
 */
export const findRun: (
  config: RunConfig,
  options?: runs.FindRunOptions,
) => Promise<runs.FoundRun | undefined> = onNode(runs.findRun, {
  config: aConfig,
  options: runOptions.findRun,
});

/**
 * A finished run of a config: an earlier one, an unfinished one that is resumed, or a new one.
 * @throws CoutureError as `trainRun` does
 */
export const trainOnce = onNode(runs.trainOnce, { options: runOptions.trainOnce });

/**
 * Repeats a finished run from its config in a temporary folder, and compares the weights.
 * @throws CoutureError of kind `usage` when the run is not finished, `data` when files are missing or damaged, `interrupted`
 * when `signal` aborts
 */
export const reproduceRun = onNode(reproduce.reproduceRun, { run: aRun, options: runOptions.reproduceRun });

/**
 * Finds a learning rate for a config by a short training with a rising rate, and writes the curve to runs/lr-find.
 * @throws CoutureError of kind `usage` when the range of rates or the name is invalid, `data` when files are missing or wrong,
 * `interrupted` when `signal` aborts
 */
export const findRunRate: (
  config: RunConfig,
  options?: rates.FindRunRateOptions,
) => Promise<rates.WrittenRates> = onNode(rates.findRunRate, {
  config: aConfig,
  options: runOptions.findRunRate,
});

/**
 * Finds a model: a model file if the text ends in .safetensors, a run by path or name, or a pretrained model by name.
 * @throws CoutureError of kind `usage` when there is none, with the nearest name; `data` when it is damaged
 */
export const findModel: (model: string, options?: models.FindModelOptions) => Promise<models.FoundModel> =
  onNode(models.findModel, { model: aString, options: runOptions.findModel });

/**
 * Reads a model file and checks its digest.
 * @throws CoutureError of kind `usage` when there is no such file, `data` when it is damaged
 */
export const readModelFile = onNode(models.readModelFile, { path: aString });

/**
 * The sorted names of the pretrained models that are on this machine, in the package or in the cache.
 * @throws CoutureError of kind `usage` when an argument has the wrong type
 */
export const listShipped = onNode(shipped.listShipped, { folder: optional(aString) });

/**
 * The path of the file of a pretrained model; undefined if it is not on this machine.
 * @throws CoutureError of kind `usage` when an argument has the wrong type
 */
export const shippedPath = onNode(shipped.shippedPath, { name: aString, folder: optional(aString) });

/**
 * The path of the model file of a recipe.
 * @throws CoutureError of kind `usage` when there is none, with the command that trains it or the nearest name
 */
export const shippedRecipe = onNode(shipped.shippedRecipe, { name: aString, folder: optional(aString) });

/**
 * The network of a run, which also gives activations and gradients. Dispose of it when done.
 * @throws CoutureError of kind `data` when the run has no weights yet or they are damaged, `backend` when the
 * backend cannot start
 */
export const loadNetwork = onNode(loading.loadNetwork, { run: anOpenRun, options: runOptions.loadNetwork });

/**
 * Evaluates a run on the test split (`test`), or on the validation images that it held out (`val`).
 * @throws CoutureError of kind `usage` when the run does not exist or has no weights, `data` when files are missing or damaged
 */
export const evaluateRun = onNode(evaluate.evaluateRun, {
  run: aRun,
  split: aSplit,
  options: runOptions.evaluate,
});

/**
 * Evaluates a run, a model file or a pretrained model on the test split, or on the validation images of its runs.
 * @throws CoutureError of kind `usage` when there is no such model, or its runs held out different validation images; `data`
 * when files are missing or damaged
 */
export const evaluateModel = onNode(evaluate.evaluateModel, {
  model: aModel,
  split: aSplit,
  options: runOptions.evaluate,
});

/**
 * The threshold of confidence below which a model rejects a share of the validation images of its runs.
 * @throws CoutureError of kind `usage` when its runs held out different validation images, `data` when files are missing
 */
export const findRejection = onNode(reject.findRejection, {
  model: aModel,
  predictor: record({ logProbabilities: aFunction }, 'a model that was loaded'),
  share: aNumber,
  options: runOptions.findRejection,
});

/**
 * Compares two or more finished runs: their settings, their results, and McNemar's test on the same test images.
 * @throws CoutureError of kind `usage` when there are fewer than two, or one is unfinished or of other data; `data` when files are
 * missing or damaged
 */
export const compareRuns = onNode(compare.compareRuns, { runs: someRuns, options: runOptions.compareRuns });

/**
 * Inspects the best weights of a finished run on its test split: all that figures and reports show.
 * @throws CoutureError of kind `usage` when there is no such run or it is not finished, `data` when its files are damaged
 */
export const inspectRun = onNode(inspect.inspectRun, { run: aRun, options: runOptions.inspectRun });

/**
 * Packs the best weights of runs of the same data into one model file: one network, or an ensemble.
 * @throws CoutureError of kind `usage` when runs do not match or one is unfinished, `data` when files are damaged,
 * `interrupted` when `signal` aborts
 */
export const packRuns = onNode(pack.packRuns, { runs: someRuns, out: aString, options: runOptions.packRuns });

/**
 * Writes a model in the format of another program: PyTorch, ONNX, a web page, a JavaScript module, a Hugging Face folder.
 * @throws CoutureError of kind `usage` when the model or the format does not exist, or `out` does not match the format; `data` when
 * files are damaged
 */
export const exportModel: (
  model: models.FoundModel | string,
  request: exporting.ExportRequest,
) => Promise<exporting.WrittenExport> = onNode(exporting.exportModel, {
  model: aModel,
  request: runOptions.exportModel,
});

/**
 * Reads a network that PyTorch trained, from safetensors or `torch.save`, and writes a model file. It executes nothing in the file.
 * @throws CoutureError of kind `usage` when something is missing that the file does not say, naming all of it; `data` when the file
 * is damaged or holds no fully connected network
 */
export const importModel = onNode(importing.importModel, {
  path: aString,
  out: aString,
  options: runOptions.importModel,
});

/**
 * The audit of the data of a run, from runs/audit; undefined if there is none.
 * @throws CoutureError of kind `data` when the audit is damaged, or of other images or labels
 */
export const readAudit = onNode(audit.readAudit, { run: anOpenRun, options: runOptions.readAudit });

/**
 * Audits both splits of a data set for copies and doubtful labels, and writes the findings to runs/audit.
 * @param data a data set's description, or what `openDataset` takes: a name or a path
 * @throws CoutureError of kind `usage` for unknown names and numbers out of range, `data` when files are missing or wrong,
 * `interrupted` when `signal` aborts
 */
export async function auditDataset(
  data: string | DatasetInfo,
  options: audit.AuditOptions = {},
): Promise<audit.WrittenAudit> {
  checkArguments('auditDataset', {
    data: [data, either(aString, record({ name: aString, origin: anObject }, "a data set's description"))],
    options: [options, runOptions.auditDataset],
  });
  const info = typeof data === 'string' ? (await openDataset(data, options)).info : data;
  return await audit.auditDataset(nodePlatform, info, options);
}
