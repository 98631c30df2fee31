/**
 * The audit of a data set, kept in `runs/audit/<data set>/audit.json`: the latest audit of each set. It
 * contains the checksums of the audited data and is not valid for other images or labels.
 */

import { type Audit, auditSchema } from '../audit/audit.ts';
import { DUPLICATE_THRESHOLD, findDuplicates } from '../audit/duplicates.ts';
import { auditLabels } from '../audit/labels.ts';
import { CoutureError } from '../core/errors.ts';
import { describeSplit, sameSplit } from '../data/checksums.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import { resolveConfig } from '../train/config.ts';
import type { TrainEvent } from '../train/events.ts';
import type { RecipeName } from '../train/recipes.ts';
import { type ModelFacts, modelOfRun } from './find-model.ts';
import { readSealed, writeSealed } from './json.ts';
import { checkOutput } from './output.ts';
import type { EngineOptions, RunDataOptions, RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import type { Paths, RunStore } from './store.ts';

/** Folder of the audits, with a folder for each data set. */
export function auditsFolder({ join }: Paths): string {
  return join('runs', 'audit');
}

/** Options of an audit. */
export interface AuditOptions extends EngineOptions, RunDataOptions {
  /** Recipe of the model of each fold; baseline by default. */
  readonly recipe?: RecipeName | undefined;
  /** Epochs of the model of each fold; 10 by default, enough to find contradicting labels. */
  readonly epochs?: number | undefined;
  /** 5 by default. */
  readonly folds?: number | undefined;
  /** Largest relative distance of near duplicates. */
  readonly threshold?: number | undefined;
  readonly seed?: number | undefined;
  /** Folder of audits. */
  readonly root?: string | undefined;
  /** Images compared with those before them. */
  readonly onCompare?: ((done: number, total: number) => void) | undefined;
  /** Training of a fold's model, counted from 1. */
  readonly onFold?: ((fold: number, event: TrainEvent) => void) | undefined;
}

/** An audit and its file. */
export interface WrittenAudit {
  readonly path: string;
  readonly audit: Audit;
}

/**
 * Audits both splits of a data set and stores the findings.
 * @throws CoutureError of kind `usage` for unknown names and numbers out of range, `data` when the files are
 * wrong,
 *   `interrupted` when the signal aborts: nothing is written then
 */
export async function auditDataset(
  platform: RunPlatform,
  dataset: DatasetInfo,
  options: AuditOptions = {},
): Promise<WrittenAudit> {
  const { store } = platform;
  const { name } = dataset;
  const { recipe = 'baseline', epochs = 10, folds = 5, threshold = DUPLICATE_THRESHOLD, seed = 1 } = options;
  const { signal, onCompare, onFold, root = auditsFolder(store.paths) } = options;
  const config = resolveConfig({ recipe, dataset, settings: { epochs, seed } });
  const path = auditPath(store, name, root);
  await checkOutput(platform, path);
  const train = await platform.loadSplit(dataset, 'train', options);
  const test = await platform.loadSplit(dataset, 'test', options);
  const duplicates = await findDuplicates(train, test, { threshold, signal, onProgress: onCompare });
  const backend = await platform.createBackend({ backend: options.backend, threads: options.threads });
  try {
    const labels = await auditLabels({
      backend,
      train,
      test,
      config,
      folds,
      duplicates,
      signal,
      onEvent: onFold,
    });
    const audit: Audit = {
      version: 1,
      dataset: name,
      classNames: [...dataset.classNames],
      data: { train: await describeSplit(train), test: await describeSplit(test) },
      duplicates,
      labels,
    };
    await writeSealed(store, path, audit);
    return { path, audit };
  } finally {
    await backend.dispose();
  }
}

/**
 * The audit of the data of a run; undefined if there is none.
 * @throws CoutureError of kind `data` when the audit is damaged, or of other images or labels
 */
export async function readAudit(
  platform: Pick<RunPlatform, 'store'>,
  run: Run,
  options: Pick<AuditOptions, 'root'> = {},
): Promise<Audit | undefined> {
  return await readAuditOf(platform, modelOfRun(run), options);
}

/**
 * The audit of a data set; undefined if there is none.
 * @throws CoutureError of kind `data` when the audit is damaged, or of other images or labels of the same name
 */
export async function readDatasetAudit(
  platform: Pick<RunPlatform, 'store'>,
  dataset: DatasetInfo,
  options: Pick<AuditOptions, 'root'> = {},
): Promise<Audit | undefined> {
  return await readAuditOf(platform, { path: `the data set ${dataset.name}`, data: dataset }, options);
}

async function readAuditOf(
  { store }: Pick<RunPlatform, 'store'>,
  { path: trained, data }: Pick<ModelFacts, 'path' | 'data'>,
  { root = auditsFolder(store.paths) }: Pick<AuditOptions, 'root'> = {},
): Promise<Audit | undefined> {
  const path = auditPath(store, data.name, root);
  if ((await store.kind(path)) === undefined) return undefined;
  const audit = await readSealed(store, path, auditSchema);
  for (const split of ['train', 'test'] as const) {
    if (sameSplit(audit.data[split], data.splits[split])) continue;
    throw new CoutureError('data', `${path} is an audit of another ${split} split than that of ${trained}.`, {
      hint: `Audit the current data: npx couture data audit ${data.name}`,
    });
  }
  return audit;
}

/**
 * The audit for a trained model, if it is optional: an unusable audit is skipped with a note.
 */
export async function usableAudit(
  platform: Pick<RunPlatform, 'store'>,
  model: ModelFacts,
  onData: RunDataOptions['onData'],
): Promise<Audit | undefined> {
  try {
    return await readAuditOf(platform, model);
  } catch (error) {
    if (!(error instanceof CoutureError)) throw error;
    const note = [error.message, error.hint].filter((part) => part !== undefined).join(' ');
    onData?.({ stage: 'note', file: note, done: 0, total: 0 });
    return undefined;
  }
}

/** In a folder with the name of the data set, made safe for file systems. */
function auditPath({ paths }: RunStore, dataset: string, root: string): string {
  const folder = dataset.replace(/[^\p{L}\p{N}._-]/gu, '-').replace(/^\./, '-');
  return paths.join(root, folder, 'audit.json');
}
