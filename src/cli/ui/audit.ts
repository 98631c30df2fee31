/** The findings of an audit, and accuracies without them, as text. */

import type { Audit, AuditedImage, Duplicates, NearDuplicate, Suspect } from '../../audit/audit.ts';
import { type AuditedAccuracy, countDuplicates, findConflicts, surestOfBoth } from '../../audit/summary.ts';
import type { CliContext } from '../context.ts';
import { count, paint, percent } from './format.ts';
import { table } from './table.ts';

type Colored = Pick<CliContext, 'color'>;

/** Number of listed pairs and suspects; the file has all of them. */
const LISTED = 10;

/** The output of `couture data audit`. */
export function auditReport(audit: Audit, path: string, context: Colored): string {
  const { train, test } = audit.data;
  return [
    `${audit.dataset}: ${count(train.length)} training and ${count(test.length)} test images`,
    duplicatesText(audit),
    suspectsText(audit, context),
    `The full audit is in ${path}. From now on, npx couture evaluate RUN uses it.`,
  ].join('\n\n');
}

/** Accuracies on the test split, the plain one first. */
export function auditedTable(
  { all, withoutDuplicates, withoutSuspects, withoutBoth }: AuditedAccuracy,
  { color }: Colored,
): string {
  const rows = [
    { name: 'all test images', score: all },
    { name: 'without copies of training images', score: withoutDuplicates },
    { name: 'without suspected labels', score: withoutSuspects },
    { name: 'without both', score: withoutBoth },
  ];
  const figures = rows.map(({ name, score: { accuracy, interval, images } }, i) => [
    name,
    i === 0 ? paint(color, 'bold', percent(accuracy)) : percent(accuracy),
    `${percent(interval.low)} to ${percent(interval.high)}`,
    count(images),
  ]);
  return [
    table(['by the audit', 'accuracy', '95% interval', 'images'], figures, [
      'left',
      'right',
      'left',
      'right',
    ]),
    'Accuracy without suspected labels is always higher, because models like this one disagree with exactly these labels.',
  ].join('\n');
}

function duplicatesText({ duplicates, classNames }: Audit): string {
  const counts = countDuplicates(duplicates);
  const rows = [
    { name: 'exact', copies: counts.exact },
    { name: `near, distance up to ${duplicates.threshold}`, copies: counts.near },
    { name: 'near when mirrored', copies: counts.mirrored },
    { name: 'any of these', copies: counts.any },
  ];
  const copies = table(
    ['images with a copy', 'train in train', 'test in test', 'test in train'],
    rows.map(({ name, copies: { withinTrain, withinTest, testInTrain } }) => [
      name,
      ...[withinTrain, withinTest, testInTrain].map(count),
    ]),
    ['left', 'right', 'right', 'right'],
  );
  const nearest = duplicates.near.slice(0, LISTED);
  return [
    copies,
    conflictsText(duplicates, classNames),
    ...(nearest.length === 0
      ? []
      : [
          `The nearest of ${count(duplicates.near.length)} near ${duplicates.near.length === 1 ? 'pair' : 'pairs'}:\n\n${pairTable(nearest, classNames)}`,
        ]),
  ].join('\n\n');
}

function conflictsText(duplicates: Duplicates, classNames: readonly string[]): string {
  const { exact, near } = findConflicts(duplicates);
  if (exact.length + near.length === 0) return 'All copies have the same label.';
  const groups = exact.map((group) => group.map((image) => named(image, classNames)).join(', '));
  return [
    `Copies with different labels (at most one label can be right): ${count(exact.length)} exact, ${count(near.length)} near.`,
    ...(groups.length === 0 ? [] : [listed(groups)]),
    ...(near.length === 0 ? [] : [pairTable(near.slice(0, LISTED), classNames)]),
  ].join('\n\n');
}

function pairTable(pairs: readonly NearDuplicate[], classNames: readonly string[]): string {
  return table(
    ['distance', 'image', 'copy', 'kind'],
    pairs.map(({ distance, first, second, kind }) => [
      distance.toFixed(3),
      named(first, classNames),
      named(second, classNames),
      kind,
    ]),
    ['right', 'left', 'left', 'left'],
  );
}

function suspectsText({ labels, classNames, dataset }: Audit, { color }: Colored): string {
  const { folds, epochs, recipe, outOfFold, suspects } = labels;
  const inTest = suspects.filter(({ split }) => split === 'test').length;
  const overview = table(
    ['labels that are probably wrong', 'train', 'test'],
    [
      ['suspects', count(suspects.length - inTest), count(inTest)],
      ['out-of-fold accuracy', percent(outOfFold.train.accuracy), percent(outOfFold.test.accuracy)],
    ],
    ['left', 'right', 'right'],
  );
  const models = `Judged by ${folds} models that did not train on the image (${recipe ?? 'custom'}, ${epochs} epochs).`;
  const shown = surestOfBoth(suspects, LISTED);
  const list = table(
    ['image', 'label', 'loss', 'suggested', 'probability'],
    shown.map(({ split, index, label, loss, suggested, suggestedProbability }) => [
      `${split} ${index}`,
      classNames[label],
      loss.toFixed(1),
      paint(color, 'bold', classNames[suggested]),
      percent(suggestedProbability),
    ]),
    ['left', 'left', 'right', 'left', 'right'],
  );
  if (shown.length === 0) return `${overview}\n${models}`;
  return [
    `${overview}\n${models}`,
    `The most confident of each split:\n\n${list}`,
    lookAt(dataset, shown),
  ].join('\n\n');
}

/** The commands that show suspects. */
function lookAt(dataset: string, suspects: readonly Suspect[]): string {
  const commands = (['train', 'test'] as const).flatMap((split) => {
    const indices = suspects.filter((suspect) => suspect.split === split).map(({ index }) => index);
    if (indices.length === 0) return [];
    return [`  npx couture data show ${dataset} --split ${split} --index ${indices.join(' ')}`];
  });
  return ['Look at them:', ...commands].join('\n');
}

const named = ({ split, index, label }: AuditedImage, classNames: readonly string[]): string =>
  `${split} ${index} ${classNames[label]}`;

/** The first ones, a line each. */
function listed(lines: readonly string[]): string {
  const more = lines.length - LISTED;
  return [...lines.slice(0, LISTED), ...(more > 0 ? [`and ${count(more)} more`] : [])]
    .map((line) => `  ${line}`)
    .join('\n');
}
