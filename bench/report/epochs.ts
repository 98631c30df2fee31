/** Training epochs as Markdown. */

import { type Findings, ratio } from '../findings.ts';
import { best, type Result } from '../measure.ts';
import { BATCH_SIZE, models, TRAIN_IMAGES } from '../models.ts';
import { figure, settingsOf, table, thousands, times } from './markdown.ts';

export function epochSection({ epochs, budget, steps, trainedEpochs }: Findings): string | undefined {
  if (!epochs) return undefined;
  const rows = settingsOf(epochs).map(([family, setting]) => {
    const find = (label: string): Result | undefined =>
      epochs.find((r) => r.family === family && r.setting === setting && r.label === label);
    const cells = models.flatMap(({ name }) => {
      const label = `epoch ${name}`;
      const [first, result] = [find(`first ${label}`), find(label)];
      const over = ratio(result?.median, best(epochs, 'Couture', label)?.median);
      return [
        first ? figure(first, 1, false) : '',
        figure(result, 1, best(epochs, family, label) === result),
        over === undefined ? '' : times(over),
      ];
    });
    return [family, setting, ...cells];
  });
  const heads = models.flatMap(({ name }) => [
    `${name}, first, s`,
    `${name}, later, s`,
    `${name}, over Couture`,
  ]);
  return [
    '## Training epoch',
    `Seconds for ${thousands(TRAIN_IMAGES)} images in batches of ${BATCH_SIZE} with dropout and Adam; in parentheses the range; then how many times ` +
      "Couture's best takes. A = 784-128-64-10, B = 784-392-196-98-49-10, dropout 0.25 after the first two and three hidden layers. Couture " +
      `leaves out what is 0, and the further it has learned, the more is: "first" is its first epoch, "later" the one after ${trainedEpochs} epochs. ` +
      'The others take as long in every epoch, and are compared with the later one. ' +
      `A measurement is ten steps untimed and then as many as take about ${budget} s, at least 10 and at most ` +
      `${steps} of an epoch's ${TRAIN_IMAGES / BATCH_SIZE}, scaled to the epoch; validation is not part of it. Couture reads the bytes of the images, ` +
      'the others have them as floats, normalized beforehand. "128-bit" is Couture without V8\'s pairing of vectors: what a browser runs; ' +
      '"--fast" lets the machine fuse products and sums, which is not exact and counts for no target.',
    table(['', 'setting', ...heads], rows),
  ].join('\n\n');
}
