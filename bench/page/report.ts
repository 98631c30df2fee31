/** The section of the report on pages of Chromium. */

import { ratio } from '../findings.ts';
import { best, type Result } from '../measure.ts';
import { TEST_IMAGES } from '../models.ts';
import { figure, settingsOf, table, thousands, times } from '../report/markdown.ts';

/** @param trainedEpochs epochs of training after which Couture was measured */
export function pageSection(results: readonly Result[], trainedEpochs: number): string | undefined {
  if (results.length === 0) return undefined;
  const rows = settingsOf(results).map(([family, setting]) => {
    const find = (label: string) =>
      results.find((r) => r.family === family && r.setting === setting && r.label === label);
    const cell = (label: string, scale: number) =>
      figure(find(label), scale, best(results, family, label) === find(label));
    const over = (label: string) => {
      const value = ratio(find(label)?.median, best(results, 'Couture', label)?.median);
      return value === undefined ? '' : times(value);
    };
    return [
      family,
      setting,
      cell('epoch A', 1),
      over('epoch A'),
      cell('epoch B', 1),
      over('epoch B'),
      cell('evaluate', 1e3),
      cell('predict', 1e6),
    ];
  });
  return [
    '## In a page',
    `The same in headless Chromium, each contender in a browser of its own. A page that is isolated (COOP and COEP) may share memory between threads, any other has one. ` +
      "Couture's engine is in a worker and leaves the page's own thread free; the peers compute on that thread, as their documentation has it. " +
      `Couture is measured after ${trainedEpochs} epochs of training, and "fast" counts for no target. TensorFlow.js starts threads for half of the cores at most, so its page is told of twice as many. ` +
      'A page that is not isolated has a clock with steps of 0.1 ms: one image is timed 25 at a time. WebGPU is left out: without a GPU, Chromium computes it on the CPU by SwiftShader, whose speed says nothing of a GPU.',
    table(
      [
        '',
        'page',
        'A, s',
        'A, over Couture',
        'B, s',
        'B, over Couture',
        `${thousands(TEST_IMAGES)} images, ms`,
        'one image, µs',
      ],
      rows,
    ),
  ].join('\n\n');
}
