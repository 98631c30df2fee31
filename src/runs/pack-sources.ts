/** The sources of a packed model: finished runs, and model files whose networks are added. */

import { CoutureError } from '../core/errors.ts';
import { sameImages, unlikeText } from '../data/checksums.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import { type SplitSource, splitSourceOf } from '../data/split.ts';
import type { Network } from '../model/network.ts';
import { textOf, trainCommand } from '../report/train-command.ts';
import { type CardMember, cardCommand, cardLine, type ModelCard } from '../ship/card.ts';
import type { Precision } from '../ship/precision.ts';
import { inputOf } from '../train/config.ts';
import type { TrainSettings } from '../train/settings.ts';
import { type FileModel, findModel } from './find-model.ts';
import { type FinishedRun, finishedRun } from './finished-run.ts';
import type { RunPlaces } from './platform.ts';
import { Run } from './run.ts';
import { nameOfModel } from './shipped.ts';

/** Networks of one source, with their part of the card. */
export interface PackSource {
  readonly path: string;
  readonly data: DatasetInfo;
  /** The split of the validation images; null if it differs within the source. */
  readonly split: SplitSource | null;
  readonly networks: readonly Network[];
  /** One for each network. */
  readonly members: ModelCard['members'];
  /** Whether BatchNorm1d was folded before. */
  readonly folded: boolean;
}

/**
 * Opens runs and model files, by path or name.
 * @param precision that they are to be packed in
 * @throws CoutureError of kind `usage` when one is missing, not finished or given twice, or when they are not of the same
 *   data; `data` when files are damaged
 */
export async function openSources(
  platform: RunPlaces,
  models: readonly (Run | string)[],
  precision: Precision,
): Promise<PackSource[]> {
  const sources: PackSource[] = [];
  const known = new Map<string, string>();
  for (const given of models) {
    const source = await openSource(platform, given, precision);
    for (const { run, weightsSha256 } of source.members) {
      const other = known.get(weightsSha256);
      known.set(weightsSha256, source.path);
      if (other === undefined) continue;
      throw new CoutureError(
        'usage',
        other === source.path
          ? `The model ${other} is given twice.`
          : `The network of the run ${run} is given twice: by ${other} and by ${source.path}.`,
      );
    }
    sources.push(source);
  }
  const [first, ...others] = sources;
  const stranger = others.find(({ data }) => !sameImages(data, first.data));
  if (stranger !== undefined) {
    throw new CoutureError(
      'usage',
      `${first.path} and ${stranger.path} were not trained and tested on the same data (${unlikeText(first.data, stranger.data)}).`,
      { hint: 'All models of an ensemble must be of the same data set.' },
    );
  }
  const prepared = JSON.stringify(first.data.preprocessing);
  const other = others.find(({ data }) => JSON.stringify(data.preprocessing) !== prepared);
  if (other === undefined) return sources;
  throw new CoutureError(
    'usage',
    `${first.path} and ${other.path} were trained on differently prepared images.`,
    { hint: 'All models of an ensemble must scale pixels alike: see the setting pixels.' },
  );
}

async function openSource(
  platform: RunPlaces,
  given: Run | string,
  precision: Precision,
): Promise<PackSource> {
  if (given instanceof Run) return await sourceOfRun(await finishedRun(given));
  const found = await findModel(platform, given);
  if (found.kind === 'run') return await sourceOfRun(await finishedRun(found.run));
  return sourceOfFile(platform, found, precision);
}

async function sourceOfRun({ run, metrics, environment }: FinishedRun): Promise<PackSource> {
  const { model: spec, data } = run.config;
  const weights = await run.loadWeights('best');
  const member = {
    run: run.name,
    recipe: run.config.recipe,
    couture: environment.couture,
    settings: cardSettings(run.config.settings),
    command: cardCommand(trainCommand(run.config)),
    ...(run.config.initFrom && { initFrom: run.config.initFrom }),
    bestEpoch: metrics.bestEpoch,
    epochs: metrics.epochs,
    weightsSha256: metrics.weightsSha256,
  };
  return {
    path: run.path,
    data,
    split: splitSourceOf(run.config.settings),
    networks: [{ spec, input: inputOf(run.config), weights }],
    members: [member],
    folded: false,
  };
}

/** Changes of the learning rate are text in a card, as the flag has them, so that every version can read it. */
function cardSettings({ rateChanges, ...settings }: TrainSettings): CardMember['settings'] {
  return rateChanges.length === 0 ? settings : { ...settings, rateChanges: textOf(rateChanges) };
}

/** Its views and temperature belong to that ensemble and are not used. */
function sourceOfFile(platform: RunPlaces, { path, model }: FileModel, precision: Precision): PackSource {
  const { data, members, card } = model;
  // Weights that were rounded in the same precision equal those of their runs; in another precision, only the
  // file can give them again.
  const exact = model.precision === 'float32' || model.precision === precision;
  return {
    path,
    data,
    split: card.split,
    networks: members,
    members: card.members.map((member) =>
      // Nor does a run give imported weights again.
      exact && member.imported === undefined
        ? member
        : { ...member, file: cardLine(nameOfModel(platform, path)) },
    ),
    folded: card.folded,
  };
}
