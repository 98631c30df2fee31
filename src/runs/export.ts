/** Exports a run or a model file to another format. */

import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { describeSplit, sameSplit } from '../data/checksums.ts';
import type { ExportModel, TestFigures } from '../ship/exports/export-model.ts';
import type { ExportFormat } from '../ship/exports/format.ts';
import { paperOf } from '../ship/exports/paper.ts';
import { type ExportFormatName, exportFormatNames, exportFormats } from '../ship/exports/table.ts';
import { networkSha256 } from '../ship/network.ts';
import { inputOf } from '../train/config.ts';
import { Ensemble } from '../use/ensemble.ts';
import { plainView } from '../use/views.ts';
import { figuresOf } from './card-figures.ts';
import { type FileModel, type FoundModel, findModel } from './find-model.ts';
import { finishedRun } from './finished-run.ts';
import { checkOutput, checkReplaced } from './output.ts';
import type { RunDataOptions, RunPlaces, RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import { MODEL_ENDING } from './shipped.ts';

/** What `exportModel` needs to know. */
export interface ExportRequest {
  readonly to: ExportFormatName;
  /** A folder or a file, as the format says. */
  readonly out: string;
  /** Replace files of the folder that have other contents. */
  readonly overwrite?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly env?: RunDataOptions['env'];
  /** Called with the finished share of the measurement of rounded weights, if there is one. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** What an export needs: with test images at hand and an engine, rounded weights are measured. */
export type ExportPlatform = RunPlaces & Partial<Pick<RunPlatform, 'localSplit' | 'createBackend'>>;

/** A written export. */
export interface WrittenExport {
  readonly format: ExportFormatName;
  /** The folder or file of the request. */
  readonly out: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly weightsSha256: readonly string[];
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Writes a model in another format. Each file is written whole or not at all.
 * @param model a run, a model file or a shipped model
 * @throws CoutureError of kind `usage` when the model does not exist or is not finished, the format does not exist, `out` does
 *   not match the format, or a file of the folder would be replaced by another; `data` when files are damaged
 */
export async function exportModel(
  platform: ExportPlatform,
  model: FoundModel | string,
  request: ExportRequest,
): Promise<WrittenExport> {
  const { to, out, overwrite = false } = request;
  const format = formatNamed(to);
  await checkOut(platform, format, out);
  const found = typeof model === 'string' ? await findModel(platform, model) : model;
  const exported = await modelToExport(platform, found);
  const write = await format.load();
  const { files, notes } = await write(exported, {
    measure: async (members) => await measureOn(platform, { ...exported, members }, request),
  });
  const { store } = platform;
  const placed = files.map(({ path, content }) => ({
    path: path === '' ? out : store.paths.join(out, path),
    content: typeof content === 'string' ? new TextEncoder().encode(content) : content,
  }));
  for (const { path } of placed) await checkOutput(platform, path, [found.path]);
  if (format.out === 'folder' && !overwrite) await checkReplaced(platform, placed);
  for (const { path, content } of placed) await store.write(path, content);
  return {
    ...{ format: to, out, notes, weightsSha256: exported.weightsSha256 },
    files: placed.map(({ path, content }) => ({ path, bytes: content.length })),
  };
}

/** Figures of a model on the test images that are on this machine; null where these are not, or are others. */
async function measureOn(
  platform: ExportPlatform,
  { data, members, views, temperature }: ExportModel,
  { signal, env, onProgress }: ExportRequest,
): Promise<TestFigures | null> {
  const images = await platform.localSplit?.(data, 'test', { signal, env });
  if (images === undefined || platform.createBackend === undefined) return null;
  if (!sameSplit(data.splits.test, await describeSplit(images))) return null;
  const { classNames } = data;
  const backend = await platform.createBackend({ backend: 'cpu' });
  try {
    const ensemble = new Ensemble({ members, classNames, views, backend, shared: true });
    const options = { signal, ...(onProgress && { onProgress }) };
    const logProbabilities = await ensemble.logProbabilities(images.images, options);
    const figures = figuresOf(images, logProbabilities, temperature);
    return { images: figures.images, accuracy: figures.accuracy, loss: figures.loss };
  } finally {
    await backend.dispose();
  }
}

function formatNamed(name: string): ExportFormat {
  const format = exportFormats.find((each) => each.name === name);
  if (format !== undefined) return format;
  throw new CoutureError('usage', `There is no export format ${inQuotes(name)}.`, {
    hint: didYouMean(name, exportFormatNames),
  });
}

/** Before any work: that `out` is what the format writes. */
async function checkOut({ store }: RunPlaces, { name, out: kind }: ExportFormat, out: string): Promise<void> {
  const found = await store.kind(out);
  if (kind === 'folder') {
    if (found !== 'file') return;
    throw new CoutureError('usage', `The format ${name} writes a folder, but ${out} is a file.`, {
      hint: 'Give the path of a folder, or of one that does not exist yet.',
    });
  }
  if (!out.endsWith(kind))
    throw new CoutureError(
      'usage',
      `The format ${name} writes a file that ends in ${kind}, but the name is ${inQuotes(out)}.`,
    );
  if (found === 'folder')
    throw new CoutureError('usage', `The format ${name} writes a file, but ${out} is a folder.`);
}

/** The model of a run or file in the form that every format takes. */
export async function modelToExport(platform: RunPlaces, found: FoundModel): Promise<ExportModel> {
  return found.kind === 'run' ? await modelOfRun(found.run) : await modelOfFile(platform, found);
}

async function modelOfRun(given: Run): Promise<ExportModel> {
  const { run, metrics } = await finishedRun(given);
  const { model: spec, data } = run.config;
  const weights = await run.loadWeights('best');
  return {
    name: run.name,
    title: `${data.name} by the run ${run.name}`,
    data,
    members: [{ spec, input: inputOf(run.config), weights }],
    views: plainView,
    temperature: 1,
    weightsSha256: [metrics.weightsSha256],
    test: {
      images: metrics.confusion.flat().reduce((sum, images) => sum + images, 0),
      accuracy: metrics.testAccuracy,
      loss: Math.max(0, metrics.testLoss),
    },
    card: null,
    paper: paperOf(await run.unlike()),
  };
}

async function modelOfFile({ store }: RunPlaces, { path, model }: FileModel): Promise<ExportModel> {
  const { data, members, views, temperature, card } = model;
  const weightsSha256: string[] = [];
  for (const member of members) weightsSha256.push(await networkSha256(member));
  return {
    ...{ data, members, views, temperature, card, weightsSha256 },
    name: store.paths.basename(path, MODEL_ENDING),
    title: card.title,
    paper: paperOf(model.unlike),
    test: card.test && { images: card.test.images, accuracy: card.test.accuracy, loss: card.test.loss },
  };
}
