/** Whole trainings as Markdown. */

import {
  bestWhole,
  type Findings,
  peakGflops,
  ratio,
  stepMflop,
  trainedModels,
  wholeGflops,
  wholeSeconds,
} from '../findings.ts';
import { digits, percent, table, times } from './markdown.ts';

export function wholeSection(findings: Findings): string | undefined {
  const { wholes } = findings;
  if (!wholes) return undefined;
  const trained = trainedModels(findings);
  const rows = trained.flatMap((model) => {
    const own = bestWhole(findings, 'Couture', model);
    return wholes
      .filter((whole) => whole.model === model.name)
      .map((whole) => {
        const seconds = wholeSeconds(whole);
        const over = ratio(seconds, own && wholeSeconds(own));
        const isBest = bestWhole(findings, whole.family, model) === whole;
        const middle = digits(seconds);
        return [
          `${model.name}, ${whole.epochs} epochs`,
          whole.family,
          whole.setting,
          isBest ? `**${middle}**` : middle,
          over === undefined ? '' : times(over),
          percent(whole.accuracy),
        ];
      });
  });
  const arithmetic = trained.map((model) => {
    const gflops = wholeGflops(findings, model);
    const share = ratio(gflops, peakGflops(findings));
    return [
      model.name,
      digits(stepMflop(model)),
      gflops === undefined ? '' : digits(gflops),
      share === undefined ? 'not measured' : digits(share),
    ];
  });
  return [
    '## Whole trainings',
    'Seconds of the recipes `baseline` (A) and `deeper` (B) from images in memory: every epoch with its validation. ' +
      'Couture also writes its checkpoints and best weights to disk. The contenders take turns of five epochs. The test ' +
      'accuracy is that of the epoch with the lowest validation loss. It shows that both do the same work, and its time does not count.',
    table(['', '', 'setting', 'seconds', 'over Couture', 'test accuracy'], rows),
    "Couture's arithmetic: the multiplies and adds of a dense training over Couture's time, which includes everything else that an epoch does. " +
      "The figure is dense-equivalent: Couture leaves out what is 0, and it is counted all the same. The last column divides by OpenBLAS's measured peak on all cores.",
    table(['model', 'MFLOP a step', 'dense-equivalent GFLOP/s', "over OpenBLAS's peak"], arithmetic),
  ].join('\n\n');
}
