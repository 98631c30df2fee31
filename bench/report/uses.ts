/** Evaluation and prediction as Markdown. */

import { type Findings, peakGflops } from '../findings.ts';
import { best } from '../measure.ts';
import { inferFlop, modelB, TEST_IMAGES } from '../models.ts';
import { digits, figure, settingsOf, table, thousands } from './markdown.ts';

export function useSection(findings: Findings): string | undefined {
  const { uses, trainedEpochs } = findings;
  if (!uses) return undefined;
  const rows = settingsOf(uses).map(([family, setting]) => {
    const find = (label: string) =>
      uses.find((r) => r.family === family && r.setting === setting && r.label === label);
    const cell = (label: string, scale: number) =>
      figure(find(label), scale, best(uses, family, label) === find(label));
    return [family, setting, cell('evaluate', 1e3), cell('predict', 1e6)];
  });
  const peak = peakGflops(findings);
  const floor = peak
    ? ` The arithmetic alone, dense and at OpenBLAS's peak: ${digits(inferFlop(modelB, TEST_IMAGES) / peak / 1e6)} ms.`
    : '';
  return [
    '## Evaluation and prediction, model B',
    `Milliseconds for ${thousands(TEST_IMAGES)} images and microseconds for one, the median of 500.${floor} Couture's times are those of \`Classifier\` ` +
      `after ${trainedEpochs} epochs of training, from bytes to log-probabilities and to a label with its probabilities; the others start from floats.`,
    table(['', 'setting', `${thousands(TEST_IMAGES)} images, ms`, 'one image, µs'], rows),
  ].join('\n\n');
}
