/** The report of finished runs: inspects each and writes one HTML file. */

import { CoutureError } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import type { ReportRun } from '../report/input.ts';
import { writeReport } from '../report/report.ts';
import type { Environment } from './environment.ts';
import { findAudit } from './find-audit.ts';
import { type FinishedRun, openFinishedRuns } from './finished-run.ts';
import { type InspectRunOptions, inspectFinished } from './inspect.ts';
import { checkOutput } from './output.ts';
import { documentOf, type RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import { loadSplits, type Splits } from './run-data.ts';

/** Largest number of points on all maps together: each is a test image in the file. */
const MAP_POINTS = 3000;
const MOST_MAP_POINTS = 2000;
const IMAGES_PER_CELL = 24;

/** The output of the report, and the options of an inspection. */
export interface ReportOptions extends InspectRunOptions {
  /** The file; `report.html` in the folder of the first run by default. */
  readonly out?: string | undefined;
}

/** A written report. */
export interface WrittenReport {
  readonly path: string;
  /** Bytes of the file. */
  readonly bytes: number;
}

/**
 * Writes the report of one run, or of several of the same data side by side.
 * @throws CoutureError of kind `usage` when a run is missing, not finished, or of other data than the first, or `out`
 *   is a folder
 */
export async function reportRuns(
  platform: RunPlatform,
  runs: readonly (Run | string)[],
  options: ReportOptions = {},
): Promise<WrittenReport> {
  const finished = await openFinishedRuns(platform, runs);
  // Before any work: without one there is no report.
  const document = await documentOf(platform);
  const { store } = platform;
  const { join } = store.paths;
  const path = options.out ?? join(finished[0].run.path, 'report.html');
  if ((await store.kind(path)) === 'folder') {
    throw new CoutureError('usage', `${path} is a folder, but a report needs a file path.`, {
      hint: `For example: ${join(path, 'report.html')}`,
    });
  }
  await checkOutput(platform, path);
  const splits = await loadSplits(platform, finished[0].run.config, finished[0].run.path, options);
  const audit = await findAudit(platform, finished[0], splits, options);
  // Runs of one seed have the same images on their maps.
  const seeds = new Set(finished.map(({ run }) => run.config.settings.seed)).size;
  const show = {
    imagesPerCell: IMAGES_PER_CELL,
    mapPoints: Math.min(MOST_MAP_POINTS, Math.floor(MAP_POINTS / seeds)),
    ...options.show,
  };
  const parts: ReportRun[] = [];
  for (const run of finished) parts.push(await reportRun(platform, run, splits, { ...options, show }));
  const text = await writeReport({ runs: parts, audit, document });
  const bytes = new TextEncoder().encode(text);
  await store.write(path, bytes);
  return { path, bytes: bytes.length };
}

async function reportRun(
  platform: RunPlatform,
  finished: FinishedRun,
  splits: Splits,
  options: InspectRunOptions,
): Promise<ReportRun> {
  const { run, metrics, environment } = finished;
  return {
    inspection: await inspectFinished(platform, finished, splits, options),
    config: run.config,
    path: run.path,
    seconds: metrics.seconds,
    weightsSha256: metrics.weightsSha256,
    lastSha256: metrics.lastSha256,
    environment: environmentRows(environment, run.config.data),
  };
}

function environmentRows(
  environment: Environment,
  data: DatasetInfo,
): (readonly [name: string, value: string])[] {
  const { couture, node, v8, platform, cpu, cores, started, teacherSha256 } = environment;
  const engines = (environment.backends ?? [environment.backend]).map(({ name, variant, threads }) =>
    name === 'webgpu' ? `${name} ${variant}` : `${name} ${variant}, ${plural(threads, 'thread')}`,
  );
  const { train, test } = data.splits;
  return [
    ['started', started],
    ['Couture', couture],
    ...(node === undefined ? [] : [['Node', `${node} (V8 ${v8})`] as const]),
    ['machine', `${cpu}, ${plural(cores, 'core')}, ${platform}`],
    ['engine', engines.join('; then ')],
    ['data set', data.name],
    ['training images, SHA-256', train?.imagesSha256 ?? ''],
    ['test images, SHA-256', test?.imagesSha256 ?? ''],
    ...(teacherSha256 === undefined ? [] : [["teacher's weights, SHA-256", teacherSha256] as const]),
  ];
}
