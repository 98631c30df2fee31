/** `couture predict`: classifies image files, test images or standard input. */

import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { joinBytes } from '../../core/join-bytes.ts';
import { printable } from '../../core/printable.ts';
import type { DatasetInfo } from '../../data/dataset-info.ts';
import { checkEncodedImage, MAX_IMAGE_BYTES } from '../../data/encoded-image.ts';
import type { PreparationFacts } from '../../data/prepare.ts';
import type { PictureSteps } from '../../data/preprocessing.ts';
import { expandImagePaths, hasImageName } from '../../platform/node/images/images.ts';
import type { NodePicture } from '../../platform/node/images/picture.ts';
import { SeenFolder } from '../../platform/node/images/save-seen.ts';
import type { FoundModel } from '../../runs/find-model.ts';
import type { ImageClassifier } from '../../use/image-classifier.ts';
import { type Prediction, predictionsFrom } from '../../use/predictor.ts';
import type { Rejection } from '../../use/rejection.ts';
import { UNLIKE_SHARE, UnlikeScorer } from '../../use/unlike.ts';
import type { CliContext } from '../context.ts';
import { addRecipeOption, chooseModel, MODEL_HELP } from '../model-argument.ts';
import {
  addEngineOptions,
  addJsonOption,
  addWeightsOption,
  type EngineFlags,
  oneOf,
  properShare,
  wholeNumber,
} from '../options.ts';
import { probabilityBars } from '../ui/bars.ts';
import { predictionHeader, predictionRecord } from '../ui/csv.ts';
import { dataView } from '../ui/data.ts';
import { count, paint, percent } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { preparationNotes, seenPicture } from '../ui/seen.ts';

interface PredictFlags extends EngineFlags {
  readonly weights: 'best' | 'last';
  readonly invert?: PictureSteps['invert'];
  readonly seen?: true;
  readonly saveSeen?: string;
  readonly recipe?: string;
  readonly testIndex?: number;
  readonly json?: true;
  readonly csv?: true;
  readonly reject?: number;
}

/** An image on its way to the network. */
interface Question {
  readonly source: string;
  readonly pixels: Uint8Array;
  /** The steps that made the image from a picture. */
  readonly prepared?: PreparationFacts;
  /** The label, where it is known. */
  readonly truth?: string;
}

type Answered = Omit<Question, 'pixels'> & { readonly unlike?: Look };

/** The distance of an image from the training images, and whether it is unusually large. */
interface Look {
  readonly score: number;
  readonly limit: number;
  readonly unlike: boolean;
}

/** An image file that could not be read, and why. */
interface LeftOut {
  readonly source: string;
  readonly reason: string;
}

/** Images decoded and classified at once: bounds memory for folders of any size. */
const CHUNK = 64;
/** Largest number of images that are shown by default. */
const SHOWN = 4;

const help = `
A picture is prepared like the training images of the model. For Fashion-MNIST
and similar sets, the object is found against its background, cropped and
centered, light on black. An image of exactly the input size is not changed.
--seen shows the result.

Examples:
  couture predict baseline-seed1 shoe.jpg photos/
  couture predict baseline-seed1 --test-index 0
  couture predict clothes.safetensors shoe.jpg
  couture predict baseline-seed1 photos/ --reject 0.02 --csv > labels.csv
  cat shoe.png | couture predict baseline-seed1 - --json`;

/** Adds the command to the program. */
export function registerPredict(program: Command, context: CliContext): void {
  const command = program
    .command('predict')
    .description('Classify image files, folders of them, an image of the test split, or standard input.')
    .argument('[model]', MODEL_HELP)
    .argument('[path...]', 'PNG, JPEG and WebP files, folders of them, or - for standard input')
    .option('--test-index <n>', 'number of a test image, counted from 0', wholeNumber('--test-index', 0))
    .option(
      '--invert <when>',
      'swap light and dark: auto (if the object is darker than its background), yes or no (default: as the model says)',
      oneOf('--invert', ['auto', 'yes', 'no']),
    )
    .option(
      '--seen',
      `show each image as the network sees it (a color terminal always shows up to ${SHOWN}; --json has it as base64)`,
    )
    .option('--save-seen <folder>', 'write each image as the network sees it to a PNG file')
    .option('--csv', 'print CSV (RFC 4180) with one row for each image')
    .option(
      '--reject <share>',
      'mark images as unknown below the confidence that rejects this share of the validation images, for example 0.02',
      properShare('--reject'),
    );
  addRecipeOption(command);
  addJsonOption(addEngineOptions(addWeightsOption(command)))
    .addHelpText('after', help)
    .action(async (model: string | undefined, paths: string[], flags: PredictFlags) => {
      // With --recipe there is no model argument, so the first argument is an image.
      if (flags.recipe === undefined || model === undefined) await runPredict(model, paths, flags, context);
      else await runPredict(undefined, [model, ...paths], flags, context);
    });
}

async function runPredict(
  argument: string | undefined,
  paths: readonly string[],
  flags: PredictFlags,
  context: CliContext,
): Promise<void> {
  checkRequest(argument, paths, flags);
  const found = await chooseModel(argument, flags.recipe, context);
  const files = await expandImagePaths(paths.filter((path) => path !== '-'));
  const { load } = await import('../../platform/node/load.ts');
  const { weights, backend, threads } = flags;
  const model = await load(found, { weights, backend, threads });
  try {
    const predictions: Record<string, unknown>[] = [];
    const leftOut: LeftOut[] = [];
    const folder = flags.saveSeen === undefined ? undefined : await SeenFolder.open(flags.saveSeen);
    const shown = flags.seen ?? (context.color && paths.length > 0 && files.length <= SHOWN);
    const rejection = await rejectionFor(found, model, flags, context);
    const unknownBelow = rejection?.threshold;
    const scorer = await scorerOf(found);
    const questioned = ask(found, model, { paths, files, leftOut }, flags, context);
    if (flags.csv) context.out(`${predictionHeader(model.classNames)}\r\n`);
    for await (const questions of inChunks(questioned)) {
      // Prepared already: `predictMany` would ask again whether these are files.
      const images = joinBytes(questions.map(({ pixels }) => pixels));
      const answers = predictionsFrom(await model.logProbabilities(images), model.classNames, unknownBelow);
      for (const [i, answer] of answers.entries()) {
        const { pixels, ...asked } = questions[i];
        const question = { ...asked, ...(scorer && { unlike: judgeLook(scorer, pixels, model) }) };
        const saved = await folder?.save(question.source, pixels, model.shape);
        if (flags.json)
          predictions.push({
            ...{ ...question, ...answer },
            // Four kilobytes for a color picture of 32x32: only for whoever asks.
            ...(flags.seen && { seen: Buffer.from(pixels).toString('base64') }),
            ...(saved !== undefined && { saved }),
          });
        else if (flags.csv) context.out(`${predictionRecord(printable(question.source), answer)}\r\n`);
        else {
          context.out(answerText(question, answer, model.classNames, context));
          if (shown) context.out(seenPicture(pixels, model.shape, context));
        }
      }
      if (context.signal.aborted)
        throw new CoutureError('interrupted', 'Stopped before all images were classified.');
    }
    if (flags.json) {
      const { classNames } = model;
      const subject = found.kind === 'run' ? { run: found.path, weights } : { model: found.path };
      printJson(context, 'predict', {
        ...subject,
        classNames,
        shape: model.shape,
        ...(rejection && { rejection }),
        predictions,
        ...(leftOut.length > 0 && { leftOut }),
      });
    }
    if (leftOut.length > 0)
      throw new CoutureError('data', `${leftOut.length} of ${files.length} images could not be read.`);
  } finally {
    await model.dispose();
  }
}

/** The threshold that `--reject` asks for, told on stderr. */
async function rejectionFor(
  found: FoundModel,
  model: ImageClassifier,
  { reject }: PredictFlags,
  context: CliContext,
): Promise<Rejection | undefined> {
  if (reject === undefined) return undefined;
  const { findRejection } = await import('../../platform/node/runs.ts');
  const { onData, end } = dataView(context);
  try {
    const { signal, env } = context;
    const rejection = await findRejection(found, model, reject, { signal, env, onData });
    const { threshold, refused, images } = rejection;
    end();
    context.err(
      `Images with a confidence below ${percent(threshold, 1)} are unknown; this rejects ${count(refused)} of ${count(images)} validation images.`,
    );
    return rejection;
  } finally {
    end();
  }
}

/** What tells images that are unlike the training images; undefined where the model does not say what those look like. */
async function scorerOf(found: FoundModel): Promise<UnlikeScorer | undefined> {
  const looks = found.kind === 'run' ? await found.run.unlike() : found.model.unlike;
  return looks && new UnlikeScorer(looks);
}

function judgeLook(scorer: UnlikeScorer, pixels: Uint8Array, { shape }: ImageClassifier): Look {
  const [score] = scorer.scores(pixels, shape);
  const { limit } = scorer;
  return { score, limit, unlike: score > limit };
}

/** `Unlike the training data: score 5.2, limit 1.9, which 2% of the validation images are above.` */
function lookText({ score, limit }: Look): string {
  const share = percent(UNLIKE_SHARE, 0);
  return `  Unlike the training data: score ${score.toFixed(1)}; only ${share} of the validation images have a score above ${limit.toFixed(1)}.`;
}

/** That it is clear what to ask and whom. */
function checkRequest(
  model: string | undefined,
  paths: readonly string[],
  { recipe, testIndex, json, csv }: PredictFlags,
): void {
  if (json && csv) throw new CoutureError('usage', 'Give --json or --csv, not both.');
  if (paths.length > 0 && testIndex !== undefined) {
    const taken = recipe === undefined ? '' : `: with --recipe, "${paths[0]}" is an image`;
    throw new CoutureError('usage', `Give images or --test-index, not both${taken}.`);
  }
  if (paths.length > 0 || testIndex !== undefined) return;
  if (model !== undefined && hasImageName(model)) {
    throw new CoutureError('usage', `The first argument must be a model, but "${model}" is an image.`, {
      hint: `For example: couture predict compact ${model}`,
    });
  }
  throw new CoutureError('usage', 'Give images to classify, or --test-index.', {
    hint: 'For example: couture predict compact shoe.jpg',
  });
}

/** What is asked about, and what had to be left out. */
interface Asked {
  /** As given. */
  readonly paths: readonly string[];
  /** The image files of these. */
  readonly files: readonly string[];
  readonly leftOut: LeftOut[];
}

/** The images asked about, read as they are needed. Of several files those that cannot be read are told of and left out. */
async function* ask(
  found: FoundModel,
  model: ImageClassifier<NodePicture>,
  { paths, files, leftOut }: Asked,
  flags: PredictFlags,
  context: CliContext,
): AsyncGenerator<Question> {
  const { steps } = model;
  const options = { steps: flags.invert === undefined ? steps : { ...steps, invert: flags.invert } };
  if (flags.testIndex !== undefined) yield await testImage(found.data, flags.testIndex, context);
  if (paths.includes('-')) {
    const bytes = await readAll(context.stdin, MAX_IMAGE_BYTES, context.signal);
    // What comes in here is a file: what is no image is not taken for pixels.
    checkEncodedImage(bytes, 'standard input');
    const { buffer } = Uint8Array.from(bytes);
    const { pixels, facts } = await model.prepare(buffer, { ...options, name: 'standard input' });
    yield { source: '-', pixels, prepared: facts };
  }
  for (const file of files) {
    try {
      const { pixels, facts } = await model.prepare(file, options);
      yield { source: file, pixels, prepared: facts };
    } catch (error) {
      if (!(error instanceof CoutureError) || error.kind !== 'data' || files.length === 1) throw error;
      context.err(printable(error.message));
      leftOut.push({ source: file, reason: error.message });
    }
  }
}

async function testImage(data: DatasetInfo, index: number, context: CliContext): Promise<Question> {
  const { loadSplit } = await import('../../platform/node/data/load-split.ts');
  const { imageAt } = await import('../../data/dataset.ts');
  const { onData, end } = dataView(context);
  const { signal, env } = context;
  try {
    const dataset = await loadSplit(data, 'test', { signal, env, onData });
    if (index >= dataset.length) {
      throw new CoutureError(
        'usage',
        `--test-index ${index}: the test split of ${dataset.info.name} has ${dataset.length} images, counted from 0.`,
      );
    }
    return {
      source: `test image ${index}`,
      pixels: imageAt(dataset, index),
      truth: dataset.info.classNames[dataset.labels[index]],
    };
  } finally {
    end();
  }
}

function answerText(
  { source, prepared, truth, unlike }: Answered,
  { label, index, probabilities, unknown }: Prediction,
  classNames: readonly string[],
  context: CliContext,
): string {
  const notes = [
    ...(unknown ? [`most likely ${label}`] : []),
    percent(probabilities[index], 1),
    ...(truth === undefined ? [] : [truth === label ? 'correct' : `labeled ${truth}`]),
    ...(prepared === undefined ? [] : preparationNotes(prepared)),
  ];
  const title = `${printable(source)}: ${paint(context.color, 'bold', unknown ? 'unknown' : label)} (${notes.join(', ')})`;
  const doubt = unlike?.unlike ? `\n${paint(context.color, 'yellow', lookText(unlike))}` : '';
  return `${title}${doubt}\n${probabilityBars(classNames, probabilities, context)}`;
}

async function* inChunks(questions: AsyncIterable<Question>): AsyncGenerator<Question[]> {
  let chunk: Question[] = [];
  for await (const question of questions) {
    chunk.push(question);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** All of standard input, up to a limit. */
async function readAll(stream: Readable, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  const stop = (): void => void stream.destroy(new CoutureError('interrupted', 'Stopped while reading.'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const part of stream) {
      const bytes = Buffer.from(part);
      length += bytes.length;
      if (length > limit)
        throw new CoutureError('data', `Standard input has more than ${limit} bytes, the limit.`);
      parts.push(bytes);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (length === 0)
    throw new CoutureError('data', 'Standard input is empty, but the bytes of an image were expected.');
  return Buffer.concat(parts);
}
