/** Finds a model of the command line or of `load`: a run, a model file, or the name of a shipped model. */

import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import { fileKind, KIND_BYTES } from '../data/file-kinds.ts';
import { type SplitSource, splitSourceOf } from '../data/split.ts';
import { decodeModel, type ModelFile } from '../ship/model-file.ts';
import type { TrainedBefore } from '../train/overlap.ts';
import type { RunPlaces } from './platform.ts';
import type { Run } from './run.ts';
import { isRun } from './run-files.ts';
import { listRuns, openRun, type RootOptions, runsFolder } from './run-folder.ts';
import { listShipped, MODEL_ENDING, missingModel, shippedPath } from './shipped.ts';

const MAX_MODEL_BYTES = 2 ** 30;

/** A model with its origin. */
export interface ModelFacts {
  readonly path: string;
  /** The data set for training and testing. */
  readonly data: DatasetInfo;
  /** The split of its validation images; null if its networks held out different ones. */
  readonly split: SplitSource | null;
}

/** A trained run. */
export interface RunModel extends ModelFacts {
  readonly kind: 'run';
  readonly run: Run;
}

/** A model file that was read and checked. */
export interface FileModel extends ModelFacts {
  readonly kind: 'file';
  readonly model: ModelFile;
  readonly bytes: number;
}

/** A model that was found: a run or a model file. */
export type FoundModel = RunModel | FileModel;

/** Folders for models by name. */
export interface FindModelOptions extends RootOptions {
  /** Folder of models by name, or several in the order of the search. */
  readonly models?: string | readonly string[] | undefined;
}

/**
 * Finds what `argument` names: a model file if it ends in .safetensors; else a run, by path or by name; else a shipped
 * model.
 * @throws CoutureError of kind `usage` when there is none, with the nearest name; `data` when it is damaged
 */
export async function findModel(
  platform: RunPlaces,
  argument: string,
  { root = runsFolder(platform.store.paths), models = platform.models }: FindModelOptions = {},
): Promise<FoundModel> {
  const { join, basename } = platform.store.paths;
  if (argument.endsWith(MODEL_ENDING)) return await readModelFile(platform, argument);
  for (const path of [argument, join(root, argument)])
    if (await isRun(platform.store, path)) return modelOfRun(await openRun(platform, path));
  const shipped = await shippedPath(platform, argument, models);
  if (shipped !== undefined) return await readModelFile(platform, shipped);
  await refuseOtherFile(platform, argument);
  const missing = missingModel(argument);
  if (missing !== undefined) throw missing;
  const runs = (await listRuns(platform, { root })).map((path) => basename(path));
  const known = [...runs, ...(await listShipped(platform, models))];
  throw new CoutureError('usage', `There is no run or model "${argument}".`, {
    hint:
      known.length === 0
        ? 'Train a run: npx couture train --recipe baseline'
        : didYouMean(basename(argument), known),
  });
}

/** The error for a file or a folder that is not a model. */
async function refuseOtherFile({ store }: RunPlaces, path: string): Promise<void> {
  if ((await store.kind(store.paths.join(path, 'model.safetensors'))) === 'file')
    throw new CoutureError('usage', `${path} is a folder with weights for PyTorch, not a model of Couture.`, {
      hint: `Make a model of it: npx couture import ${path} --out model${MODEL_ENDING}`,
    });
  const head = await store.readHead(path, KIND_BYTES);
  if (head === undefined) return;
  const kind = fileKind(head);
  throw new CoutureError(
    'usage',
    `${path} is ${kind ?? 'a file of an unknown kind'}, not a model of Couture.`,
    {
      hint: `Give a run, the name of a model, or a ${MODEL_ENDING} file made by couture pack.`,
    },
  );
}

/** What is known of the training of a model. */
export function trainingOf(found: FoundModel): TrainedBefore {
  const { path, split } = found;
  const imported =
    found.kind === 'file' && found.model.card.members.some((member) => member.imported !== undefined);
  return { path, split, imported };
}

/** A run as a model. */
export function modelOfRun(run: Run): RunModel {
  const { settings, data } = run.config;
  return { kind: 'run', run, path: run.path, data, split: splitSourceOf(settings) };
}

/**
 * Reads a model file.
 * @throws CoutureError of kind `usage` when there is no such file, `data` when it is damaged
 */
export async function readModelFile(platform: RunPlaces, path: string): Promise<FileModel> {
  const bytes = await platform.store.read(path, MAX_MODEL_BYTES);
  if (bytes === undefined) throw await noFile(platform, path);
  const kind = fileKind(bytes.subarray(0, KIND_BYTES));
  if (kind !== undefined && kind !== 'a safetensors file')
    throw new CoutureError('data', `${path} is not a readable safetensors file: it is ${kind}.`);
  const model = await decodeModel(bytes, path);
  const { data, card } = model;
  return { kind: 'file', path, model, bytes: bytes.length, data, split: card.split };
}

async function noFile({ store }: RunPlaces, path: string): Promise<CoutureError> {
  const { basename, dirname } = store.paths;
  const files = (await store.list(dirname(path))).filter((name) => name.endsWith(MODEL_ENDING));
  return new CoutureError('usage', `There is no model file "${path}".`, {
    hint:
      files.length === 0
        ? 'Make one from a run: npx couture pack RUN --out FILE'
        : didYouMean(basename(path), files.sort()),
  });
}
