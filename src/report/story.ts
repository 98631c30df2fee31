/** The sentences of the report, each computed from its run. */

import { count, list, MOST_NAMED, percent, plural, points, probabilityText } from '../core/format.ts';
import { thresholdText } from '../figures/rejection.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { compareOnSameImages, isMoreThanChance } from '../inspect/mcnemar.ts';
import type { Interval } from '../inspect/metrics.ts';
import { type LayerSpec, type ModelSpec, placeLayers } from '../model/spec.ts';
import { summarize } from '../model/summary.ts';
import type { TrainSettings } from '../train/settings.ts';
import type { ReportRun } from './input.ts';

/** `86.6% to 87.9%` */
export function range({ low, high }: Interval): string {
  return `${percent(low)} to ${percent(high)}`;
}

/** `12 s`, `3 min 05 s` */
export function duration(seconds: number): string {
  if (seconds < 99.5) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** `0.037`, or `less than 0.001`. */
export function chance(pValue: number): string {
  return pValue < 0.001 ? 'less than 0.001' : pValue.toFixed(3);
}

/** The data set, its splits, and the balance of its classes. */
export function dataStory({ data }: Inspection): string[] {
  const { dataset, balance, classNames, width, height, channels } = data;
  const total = balance.reduce((sum, { images }) => sum + images, 0);
  const uses = {
    train: 'train the network',
    validation: 'are held out to choose the best epoch',
    test: 'are for the test figures below',
  };
  const parts = balance.map(({ split, images }) => `${count(images)} ${uses[split]}`);
  const training = balance.find(({ split }) => split === 'train')?.perClass ?? [];
  const tested = balance.find(({ split }) => split === 'test');
  const [least, most] = [Math.min(...training), Math.max(...training)];
  const untrained = classNames.filter((_, label) => training[label] === 0);
  const guess = tested === undefined ? 0 : Math.max(...tested.perClass) / tested.images;
  return [
    `${dataset} holds ${count(total)} ${channels === 1 ? 'gray' : 'color'} images of ${width} by ${height} pixels in ${count(classNames.length)} classes: ${list(parts)}.`,
    least === most
      ? `Each class has ${plural(least, 'training image')}.`
      : `A class has between ${count(least)} and ${count(most)} training images.`,
    ...(untrained.length > 0
      ? [
          `${plural(untrained.length, 'class has', 'classes have')} no training images, and the network cannot learn ${untrained.length === 1 ? 'it' : 'them'}: ${list(untrained, MOST_NAMED)}.`,
        ]
      : []),
    `Always predicting the most frequent class would be correct for ${percent(guess)} of the test images.`,
  ];
}

/** The network's shape and how it was trained. */
export function networkStory({ inspection, config, seconds }: ReportRun): string[] {
  const { parameters, macsPerImage } = summarize(inspection.spec);
  const { learningRate, batchSize, seed } = config.settings;
  const parts = [
    `learning rate ${learningRate}${scheduleWords(config.settings)}`,
    `batches of ${batchSize}`,
    ...firstWeights(config.settings),
    ...regularizers(config.settings),
    `seed ${seed}`,
  ];
  return [
    `${shapeWords(inspection.spec)}; ${count(parameters)} parameters, ${count(macsPerImage)} multiply-adds per image.`,
    `Trained with ${optimizerWords(config.settings)} for ${plural(inspection.training.history.length, 'epoch')} in ${duration(seconds)}: ${parts.join(', ')}.`,
  ];
}

/** `2 hidden layers of 128 and 64 units with ReLU, dropout of 25% after each, 3 residual blocks of up to 128 units` */
function shapeWords(spec: ModelSpec): string {
  const outside = spec.layers.filter(({ type }) => type !== 'Residual');
  const blocks = spec.layers.flatMap((layer) => (layer.type === 'Residual' ? [layer.layers] : []));
  const widths = widthsOf(outside).slice(0, -1);
  if (widths.length === 0) return 'No hidden layer';
  const types = new Set<string>(placeLayers(spec).map(({ layer }) => layer.type));
  const kinds = ['ReLU', 'LeakyReLU', 'GELU', 'SiLU', 'Root'].filter((kind) => types.has(kind));
  const dropouts = dropoutsOf(outside);
  const where = dropouts.length === widths.length ? 'each' : `${dropouts.length} of them`;
  const inside = dropoutsOf(blocks.flat());
  const widest = Math.max(...widthsOf(blocks.flat()));
  return [
    `${plural(widths.length, 'hidden layer')} of ${list(widths.map(String))} units${kinds.length > 0 ? ` with ${list(kinds)}` : ''}`,
    ...(types.has('BatchNorm1d') ? ['batch normalization'] : []),
    ...(types.has('LayerNorm') ? ['layer normalization'] : []),
    dropouts.length === 0 ? 'no dropout' : `dropout of ${list([...new Set(dropouts)])} after ${where}`,
    ...(blocks.length > 0
      ? [
          `${plural(blocks.length, 'residual block')} of up to ${count(widest)} units${inside.length > 0 ? ` with dropout of ${list([...new Set(inside)])}` : ''}`,
        ]
      : []),
  ].join(', ');
}

/** Values that each Linear gives. */
function widthsOf(layers: readonly LayerSpec[]): number[] {
  return layers.flatMap((layer) => (layer.type === 'Linear' ? [layer.out] : []));
}

/** Each Dropout's probability, in words. */
function dropoutsOf(layers: readonly LayerSpec[]): string[] {
  return layers.flatMap((layer) => (layer.type === 'Dropout' ? [percent(layer.p, 0)] : []));
}

function optimizerWords({ optimizer, momentum, weightDecay }: TrainSettings): string {
  if (optimizer === 'sgd') return `gradient descent with momentum ${momentum}`;
  if (optimizer === 'lion') return 'Lion';
  return weightDecay > 0 ? 'AdamW' : 'Adam';
}

function scheduleWords({ schedule, warmup, rateChanges }: TrainSettings): string {
  const words = [
    ...(warmup > 0 ? [`warm-up of ${plural(warmup, 'epoch')}`] : []),
    ...(schedule === 'constant' ? [] : [`${schedule} schedule`]),
    ...rateChanges.map(({ epoch, learningRate }) => `${learningRate} from epoch ${epoch} on`),
  ];
  return words.length > 0 ? ` (${words.join(', ')})` : '';
}

/** The initial weights, if they differ from PyTorch's. */
function firstWeights({ stem, init }: TrainSettings): string[] {
  return [
    ...(stem === 'none' ? [] : [`stem ${stem} as the first two layers`]),
    ...(init === 'torch' ? [] : [`initializer ${init}`]),
  ];
}

function regularizers(settings: TrainSettings): string[] {
  const { weightDecay, clip, lasso, lassoThreshold, labelSmoothing, average, swa } = settings;
  const { teacher, distillation, mixup, cutmix } = settings;
  return [
    ...(weightDecay > 0 ? [`weight decay ${weightDecay}`] : []),
    ...(clip > 0 ? [`gradients clipped to a norm of ${clip}`] : []),
    ...(lasso > 0 ? [`β-LASSO with λ ${lasso} and β ${lassoThreshold}`] : []),
    ...(labelSmoothing > 0 ? [`label smoothing ${labelSmoothing}`] : []),
    ...(teacher === null ? [] : [`distillation ${distillation} from ${teacher}`]),
    ...(mixup > 0 ? [`mixup ${mixup}`] : []),
    ...(cutmix > 0 ? [`cutmix ${cutmix}`] : []),
    ...(average > 0 ? [`running average of the weights with decay ${average}`] : []),
    ...(swa > 0 ? [`average of the weights over the last ${percent(swa, 0)} of training`] : []),
  ];
}

/** How the curves are measured. */
export function trainingStory({ spec }: Inspection): string {
  const dropout = placeLayers(spec).some(({ layer }) => layer.type === 'Dropout') ? ', with dropout on' : '';
  return `Training loss is measured during training${dropout}. Accuracy is shown for the validation images only.`;
}

/** Test accuracy with its interval. */
export function accuracyStory({ evaluation, run }: Inspection): string {
  const { accuracy, images, correct, interval } = evaluation;
  return `${run} classifies ${count(correct)} of ${count(images)} test images correctly: ${percent(accuracy, 2)} (95% interval ${range(interval)}).`;
}

/** The difference between the second run and the first, and its significance. */
export function gainStory(first: ReportRun, second: ReportRun): string[] {
  const [a, b] = [first.inspection, second.inspection];
  const gain = b.evaluation.accuracy - a.evaluation.accuracy;
  const images = Math.abs(b.evaluation.correct - a.evaluation.correct);
  const verb = gain >= 0 ? 'higher' : 'lower';
  const { onlyFirst, onlySecond, pValue } = compareOnSameImages(
    a.predictions.labels,
    a.predictions.predicted,
    b.predictions.predicted,
  );
  const verdict = isMoreThanChance({ pValue })
    ? 'The difference is more than chance'
    : 'The difference may be chance';
  return [
    gain === 0
      ? `${a.run} and ${b.run} have the same accuracy.`
      : `The accuracy of ${b.run} is ${points(gain)} percentage points ${verb} than that of ${a.run}: ${plural(images, 'test image')}.`,
    `Exactly one of the two is correct on ${count(onlyFirst + onlySecond)} images: only ${a.run} on ${count(onlyFirst)}, only ${b.run} on ${count(onlySecond)}. ${verdict}: the p-value of McNemar's exact test is ${chance(pValue)}.`,
  ];
}

/** The mistake with the largest loss. */
export function lossesStory({ topLosses, data }: Inspection): string {
  const [worst] = topLosses;
  if (worst === undefined) return 'There are no mistakes to show.';
  const { label, predicted, probabilities, index } = worst;
  return `The largest loss: test image ${index}, labeled ${data.classNames[label]}, predicted as ${data.classNames[predicted]} with ${probabilityText(probabilities[predicted])}.`;
}

/** The effect of rejecting uncertain images. */
export function rejectionStory({ rejection, evaluation }: Inspection): string {
  const wanted = 0.9;
  const point = rejection.reduce<Inspection['rejection'][number] | undefined>(
    (best, next) =>
      best === undefined || Math.abs(next.threshold - wanted) < Math.abs(best.threshold - wanted)
        ? next
        : best,
    undefined,
  );
  if (point === undefined) return '';
  return `If it answers only above a confidence of ${thresholdText(point.threshold)}, it answers for ${percent(point.coverage)} of the images, with an accuracy of ${percent(point.accuracy)} instead of ${percent(evaluation.accuracy)}.`;
}

/** The number of dead units. */
export function activityStory({ activity }: Inspection): string {
  if (activity.length === 0) return 'No hidden unit uses ReLU or Root, and only those units can be dead.';
  const units = activity.reduce((sum, layer) => sum + layer.active.length, 0);
  const dead = activity.filter((layer) => layer.dead.length > 0);
  if (dead.length === 0)
    return `All ${count(units)} units with ReLU or Root are active for at least one test image: none is dead.`;
  const total = dead.reduce((sum, layer) => sum + layer.dead.length, 0);
  return `${count(total)} of ${count(units)} units with ReLU or Root are dead: removing them changes no prediction on the test images.`;
}

/** The share of the variance that the map shows. */
export function mapStory({ map }: Inspection): string {
  if (map.explained === undefined) return '';
  const [first, second] = map.explained;
  return `The two axes explain ${percent(first + second)} of the variance of the activations of ${map.layer}. The map does not show the rest.`;
}
