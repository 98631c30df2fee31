/** Writes the model card as Markdown, from the contents of a model file. */

import { aNumber, anArray, anObject, aString, checkArguments, record } from '../core/arguments.ts';
import { count, list, percent, quoted } from '../core/format.ts';
import { describeShape } from '../data/image-shape.ts';
import { findDataset } from '../data/registry.ts';
import { planModel } from '../model/plan.ts';
import type { ModelSpec } from '../model/spec.ts';
import { summarize } from '../model/summary.ts';
import { viewsOf } from '../use/views.ts';
import type { CardMember, Figures, ModelCard } from './card.ts';
import type { ModelFile } from './model-file.ts';

/** The file that a card is of. */
export interface CardFile {
  /** Its name without folders, e.g. compact.safetensors. */
  readonly name: string;
  readonly bytes: number;
  /** The license of the weights, e.g. MIT for Couture's own models. Left out where it is not known. */
  readonly license?: string | undefined;
}

/** The card as a Markdown page. Same arguments, same text. */
export function modelCard(model: ModelFile, file: CardFile): string {
  checkArguments('modelCard', {
    model: [model, record({ card: anObject, members: anArray, data: anObject, views: anObject })],
    file: [file, record({ name: aString, bytes: aNumber })],
  });
  const sections = [
    `# ${escaped(model.card.title)}`,
    introduction(model),
    overview(model, file),
    ['## Data', data(model)],
    ['## How it was trained', training(model.card), members(model.card), repetition(model, file)],
    ['## Figures', figures(model.card), ...perClass(model.card)],
    ['## Confidence', confidence(model)],
    ['## Intended use and limits', limits(model)],
    ['## License', license(model, file)],
  ].flat();
  return `${sections.join('\n\n')}\n`;
}

function introduction({ members, data: { name, classNames }, views, precision }: ModelFile): string {
  const many = members.length > 1;
  const seen = viewsOf(views).length;
  const answer = [
    ...(many ? [`over ${members.length} networks`] : []),
    ...(seen > 1 ? [`over ${seen} views of the image`] : []),
  ];
  const mean =
    answer.length === 0 ? '' : ` It predicts the mean of the probabilities ${answer.join(' and ')}.`;
  const kept = {
    float32: '',
    float16: ' Weights are stored in half precision (float16).',
    int8: ' Weights are stored in one byte each.',
    'int8-blocks': ' Weights are stored in one byte each, with a scale for every 32.',
  };
  return (
    `${many ? `An ensemble of ${members.length} fully connected networks` : 'A fully connected network'} that tells ` +
    `the ${classNames.length} classes of ${titleOf(name)} apart: ${classNames.map(escaped).join(', ')}.${mean}${kept[precision]}`
  );
}

function overview(model: ModelFile, file: CardFile): string {
  const { members, views, temperature, precision, data, card } = model;
  const parameters = members.reduce((sum, { spec }) => sum + summarize(spec).parameters, 0);
  const shapes = new Map<string, number>();
  for (const { spec } of members) shapes.set(shapeOf(spec), (shapes.get(shapeOf(spec)) ?? 0) + 1);
  const architecture = [...shapes].map(([shape, times]) => (times === 1 ? shape : `${times} times ${shape}`));
  return table(
    ['', ''],
    [
      ['file', `\`${file.name}\`, ${count(file.bytes)} bytes`],
      ['input', inputOf(data)],
      [
        'networks',
        architecture.join('; ') + (card.folded ? '; BatchNorm1d folded into the Linear layers' : ''),
      ],
      ['parameters', count(parameters)],
      ['precision', precision],
      ['views of an image', describeViews(model.views, viewsOf(views).length)],
      ['temperature', String(temperature)],
      ['accuracy on the test images', card.test === null ? 'not measured' : accuracyOf(card.test)],
    ],
  );
}

/** `28x28 gray pixels, light on black` */
function inputOf({ shape, preprocessing }: ModelFile['data']): string {
  const { height, width, channels } = shape;
  const ground = preprocessing.picture.trim ? ', light on black' : '';
  return `${height}x${width} ${channels === 1 ? 'gray' : 'color'} pixels${ground}`;
}

function describeViews({ flip, shift }: ModelFile['views'], count: number): string {
  if (count === 1) return 'one, the image as it is';
  const moved =
    shift > 0 ? `, moved by ${shift === 1 ? 'a pixel' : `${shift} pixels`} in each direction` : '';
  return `${count}: the image as it is${moved}${flip ? `${moved ? ', and all of these' : ' and'} mirrored` : ''}`;
}

/** `784-448-224-10 of Linear, ReLU, Dropout, LogSoftmax` */
function shapeOf(spec: ModelSpec): string {
  const { layers } = planModel(spec);
  const widths = [layers[0].in, ...layers.map((layer) => layer.out)].join('-');
  return `${widths} of ${[...new Set(spec.layers.map(({ type }) => type))].join(', ')}`;
}

/** Whether no network of a card was trained by Couture. */
function isImported({ members }: ModelCard): boolean {
  return members.every(({ imported }) => imported !== undefined);
}

function data({ data: { name, splits }, card }: ModelFile): string {
  if (card.test === null)
    return 'The data set that the network was trained on is not known. The import gave the shape of the images and the classes.';
  const rows = (['train', 'test'] as const).map((split) => {
    const { length = 0, imagesSha256 = '', labelsSha256 = '' } = splits[split] ?? {};
    return [split, count(length), `\`${imagesSha256}\``, `\`${labelsSha256}\``];
  });
  const entry = findDataset(name);
  const home = entry === undefined ? '' : `, ${entry.homepage}`;
  return [
    `${titleOf(name)} (\`${name}\`${home}). The checksums cover the pixels and the labels, without file headers.`,
    table(['split', 'images', 'SHA-256 of the pixels', 'SHA-256 of the labels'], rows, ' ---: '),
    isImported(card)
      ? 'The import named this data set. How much of it the network was trained on is not known.'
      : card.split === null
        ? 'The runs held out different training images, so no training image is new to all of them.'
        : `${percent(card.split.validation, 2)} of the training images, drawn with seed ${card.split.seed}, were held out for validation.`,
  ].join('\n\n');
}

/** The settings of the runs; runs that differ only in the seed share a line. */
function training({ members: runs }: ModelCard): string {
  const groups = new Map<string, number[]>();
  runs.forEach((member, i) => {
    const text = trainingOf(member);
    groups.set(text, [...(groups.get(text) ?? []), i]);
  });
  if (groups.size === 1) return `${[...groups.keys()][0].replace(/^./, (letter) => letter.toUpperCase())}.`;
  return [...groups]
    .map(([text, places]) => `- network${places.length > 1 ? 's' : ''} ${places.join(', ')}: ${text}`)
    .join('\n');
}

function trainingOf({ recipe, settings: { seed: _, ...settings }, imported, initFrom }: CardMember): string {
  if (imported !== undefined)
    return `trained by another program, and imported from \`${escaped(imported.file)}\` (SHA-256 \`${imported.sha256}\`)`;
  const all = Object.entries(settings).map(([name, value]) => `${name} ${settingText(value)}`);
  const text = `${recipe === null ? 'no recipe' : `recipe \`${escaped(recipe)}\``}: ${all.map(escaped).join('; ')}`;
  if (initFrom === undefined) return text;
  const { model, layers, sha256 } = initFrom;
  return `${text}; started with ${list(layers)} of \`${escaped(model)}\` (SHA-256 of its weights \`${sha256}\`)`;
}

function settingText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return value === true ? 'yes' : value === false ? 'no' : String(value);
}

function members({ members: runs }: ModelCard): string {
  return table(
    ['network', 'seed', 'epoch', 'Couture', 'SHA-256 of the trained weights'],
    runs.map(({ settings: { seed = '' }, imported, bestEpoch, epochs, couture, weightsSha256 }, i) => [
      String(i),
      String(seed),
      imported === undefined ? `${bestEpoch} of ${epochs}` : 'imported',
      couture,
      `\`${weightsSha256}\``,
    ]),
  );
}

/** The commands that make this file again. */
function repetition(model: ModelFile, { name }: CardFile): string {
  const { card, views, precision } = model;
  const [first] = card.members;
  if (card.members.length === 1 && first.imported && first.file === undefined)
    return first.command === null
      ? 'Import the file again to make this one.'
      : `This command imports it again.\n\n\`\`\`sh\n${first.command} --out ${quoted(name)}\n\`\`\``;
  const ofRuns = card.members.filter(({ file }) => file === undefined);
  const files = new Set(card.members.flatMap(({ file }) => file ?? []));
  const own = card.members.flatMap(({ command, file }, i) =>
    command === null && file === undefined ? [i] : [],
  );
  const trained = ofRuns.flatMap(({ command, run }) =>
    command === null ? [] : [`${command} --name ${quoted(run)}`],
  );
  const flags = [
    ...(precision === 'float32' ? [] : [`--precision ${precision}`]),
    ...(views.flip ? ['--flip'] : []),
    ...(views.shift > 0 ? [`--shift ${views.shift}`] : []),
    ...(card.folded ? [] : ['--no-fold']),
    ...(card.calibration === null ? [] : ['--calibrate']),
    `--title ${quoted(card.title)}`,
  ];
  const runs = [...new Set(card.members.map(({ run, file }) => quoted(file ?? run)))].join(' ');
  const pack = `npx couture pack ${runs} --out ${quoted(name)} ${flags.join(' ')}`;
  const same = card.members.some(({ settings: { fast } }) => fast === true)
    ? 'to the same bits on the same kind of machine, since some of it was trained with fused arithmetic'
    : 'to the same bits with the named versions of Couture';
  const note =
    own.length === 0
      ? `These commands train and pack it again, ${same}.`
      : `These commands train and pack it again; networks ${own.join(', ')} have custom layers, which flags cannot express.`;
  const taken = [...files].map((file) => ` The card of ${file} says how that file was made.`).join('');
  return [note + taken, '```sh', ...trained, pack, '```'].join('\n').replace('\n', '\n\n');
}

function figures(card: ModelCard): string {
  const { validation, test } = card;
  if (test === null) return 'It was not measured: its data set is not known.';
  const row = (name: string, { images, accuracy, interval, loss, ece }: Figures): string[] => [
    name,
    count(images),
    percent(accuracy, 2),
    `${percent(interval.low, 2)} to ${percent(interval.high, 2)}`,
    loss.toFixed(4),
    percent(ece, 2),
  ];
  return [
    table(
      ['split', 'images', 'accuracy', '95% interval', 'NLL, nats', 'calibration error'],
      [...(validation === null ? [] : [row('validation', validation)]), row('test', test)],
      ' ---: ',
    ),
    isImported(card)
      ? 'Couture measured the imported network on the test images. Whether these had a part in its training is not known.'
      : validation === null
        ? 'There are no figures for validation images, because the runs held out different ones. Nothing was chosen by the test images.'
        : 'The epoch and the temperature, where there was a choice, were chosen on the validation images, so the validation figures are slightly optimistic. Nothing was chosen by the test images.',
  ].join('\n\n');
}

function perClass({ validation, test }: ModelCard): string[] {
  if (test === null) return [];
  const rows = (split: Figures): string[][] =>
    split.perClass.map(({ name, precision, recall, f1, support }) => [
      escaped(name),
      percent(precision, 2),
      percent(recall, 2),
      percent(f1, 2),
      count(support),
    ]);
  const heads = ['precision', 'recall', 'F1', 'images'];
  return [
    table(['class, test', ...heads], rows(test), ' ---: '),
    ...(validation === null ? [] : [table(['class, validation', ...heads], rows(validation), ' ---: ')]),
  ];
}

function confidence({ temperature, card: { calibration, test } }: ModelFile): string {
  if (test === null) return 'No temperature was fitted, and the calibration was not measured.';
  const error = `On the test images, confidence differs from accuracy by ${percent(test.ece, 2)} on average (expected calibration error, 15 bins).`;
  if (calibration === null) return `No temperature was fitted. ${error}`;
  const { before, after } = calibration;
  return (
    `The temperature ${temperature} was fitted on the validation images. There it changed the NLL from ${before.loss.toFixed(4)} to ` +
    `${after.loss.toFixed(4)} and the expected calibration error from ${percent(before.ece, 2)} to ${percent(after.ece, 2)}. ${error}`
  );
}

function limits({ data, card: { test } }: ModelFile): string {
  const fashion = data.name === 'fashion-mnist';
  const thing = fashion ? 'one garment' : 'one object';
  const confused = (test?.confused ?? []).map(
    ({ actual, predicted, count: images, share }) =>
      `- ${escaped(actual)} is classified as ${escaped(predicted)}: ${count(images)} test images, ${percent(share, 1)} of the class`,
  );
  return [
    `The model is for pictures like those of ${titleOf(data.name)}: ${describeShape(data.shape)} images, ${thing} in the middle${data.preprocessing.picture.trim ? ', light on black, filling the frame' : ''}. ` +
      'It knows only its classes and assigns one of them to every picture. Use it for learning, comparison and demonstration, not for decisions that affect people.',
    ...(confused.length === 0 ? [] : [`The most frequent mistakes:\n\n${confused.join('\n')}`]),
    fashion
      ? 'At this size, people also find shirts hard to tell from T-shirts, pullovers and coats. The model fails on photographs with a background that is not plain, with a garment that somebody wears, or with a garment that lies across the picture. The data set has errors: some test images are mislabeled, and some are copies of training images.'
      : 'The model fails on pictures whose background is not plain, or whose object is small or off center. Every data set contains some wrong labels.',
  ].join('\n\n');
}

/** Couture cannot know under which license others put the weights that they trained, or their own pictures. */
function license({ data: { name }, card }: ModelFile, file: CardFile): string {
  if (isImported(card)) return 'The license of the weights is that of the imported file.';
  if (findDataset(name) === undefined && file.license === undefined)
    return `This file names no license for the pictures of ${escaped(name)} or for the weights. Whoever passes the file on should add one.`;
  const set =
    name === 'fashion-mnist'
      ? 'Fashion-MNIST is under the MIT license, copyright 2017 Zalando SE.'
      : `${titleOf(name)} is under the license of its publisher.`;
  const weights =
    file.license === undefined
      ? 'This file names no license for the weights. Whoever passes the file on should add one.'
      : `The weights are under the license of Couture, ${file.license}.`;
  return `${set} ${weights}`;
}

function titleOf(dataset: string): string {
  return findDataset(dataset)?.title.split(':')[0] ?? dataset;
}

function accuracyOf({ accuracy, interval, images }: Figures): string {
  return `**${percent(accuracy, 2)}** of ${count(images)} (95% interval ${percent(interval.low, 2)} to ${percent(interval.high, 2)})`;
}

/** A Markdown table; `rule` is the line under every heading except the first. */
function table(heads: readonly string[], rows: readonly (readonly string[])[], rule = ' --- '): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rules = heads.map((_, i) => (i === 0 ? ' --- ' : rule));
  return [line(heads), `|${rules.join('|')}|`, ...rows.map(line)].join('\n');
}

/** Escapes names and titles, which are data and not markup. */
function escaped(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>|#]/g, '\\$&');
}
