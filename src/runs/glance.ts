/**
 * Runs at a glance, for lists of a thousand: from their small files alone. The figures of an unfinished run come from
 * results.csv, which is compared with the checkpoint where the run is opened.
 */

import { CoutureError } from '../core/errors.ts';
import { decodeText } from '../core/text.ts';
import { bestEpoch } from '../train/best.ts';
import type { EpochMetrics } from '../train/events.ts';
import { environmentSchema } from './environment.ts';
import { readSealed } from './json.ts';
import type { RunSummary } from './list-runs.ts';
import { metricsSchema } from './metrics.ts';
import type { RunPlaces } from './platform.ts';
import { readConfig } from './read-config.ts';
import { parseResults } from './results.ts';
import { isRun } from './run-files.ts';

const MAX_RESULTS_BYTES = 64 * 1024 * 1024;

/** A run at a glance. */
export interface RunGlance extends RunSummary {
  readonly recipe?: string | null | undefined;
  readonly seed?: number | undefined;
}

/** One run at a glance. Damage is in the answer, not thrown. */
export async function glanceAtRun({ store }: RunPlaces, path: string): Promise<RunGlance> {
  const { join, basename } = store.paths;
  const place = { name: basename(path), path };
  try {
    const holder = await store.lockHolder(path);
    if (!(await isRun(store, path))) return { ...place, state: holder ? 'in use' : 'vacant', holder };
    // Results before the figures, so that a run that ends meanwhile does not seem to have lost an epoch.
    const history = await readResults({ store }, path);
    const [config, environment] = await Promise.all([
      readConfig(store, path),
      readSealed(store, join(path, 'env.json'), environmentSchema),
    ]);
    const figures = join(path, 'metrics.json');
    const isFinished = (await store.kind(figures)) !== undefined;
    const metrics = isFinished ? await readSealed(store, figures, metricsSchema) : undefined;
    const { settings, recipe, data } = config;
    return {
      ...place,
      ...{ state: holder ? 'in use' : metrics ? 'finished' : 'unfinished', holder, recipe },
      ...{ seed: settings.seed, data: data.name, epochs: settings.epochs },
      epochsDone: metrics?.epochs ?? history.length,
      validationAccuracy:
        metrics?.validationAccuracy ?? bestEpoch(history, settings.select)?.validationAccuracy,
      testAccuracy: metrics?.testAccuracy,
      started: environment.started,
    };
  } catch (error) {
    if (!(error instanceof CoutureError)) throw error;
    return { ...place, state: 'damaged', problem: error.message };
  }
}

/**
 * The epochs of a run from its results.csv; none before the first.
 * @throws CoutureError of kind `data` when the file is damaged
 */
export async function readResults({ store }: RunPlaces, path: string): Promise<EpochMetrics[]> {
  const file = store.paths.join(path, 'results.csv');
  const bytes = await store.read(file, MAX_RESULTS_BYTES);
  return bytes === undefined ? [] : parseResults(decodeText(bytes, file), file);
}
