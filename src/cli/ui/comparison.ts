/** A comparison of runs as text and as JSON. */

import { isMoreThanChance } from '../../inspect/mcnemar.ts';
import type { RunComparison } from '../../runs/compare.ts';
import type { CliContext } from '../context.ts';
import { count, duration, paint, percent } from './format.ts';
import { table } from './table.ts';

/** The different settings, the results, and whether they differ by more than chance. */
export function comparisonText(
  { runs, settings, pairs }: RunComparison,
  { color }: Pick<CliContext, 'color'>,
): string {
  const names = runs.map(({ run }) => run.name);
  const differing =
    settings.length === 0
      ? 'The settings are the same.'
      : table(
          ['setting', ...names],
          settings.map(({ name, values }) => [name, ...values]),
        );
  const outcomes = table(
    ['run', 'epoch', 'validation (95% interval)', 'test (95% interval)', 'training'],
    runs.map(({ run, metrics, validationInterval }) => [
      run.name,
      `${metrics.bestEpoch}/${metrics.epochs}`,
      `${percent(metrics.validationAccuracy)} ${interval(validationInterval)}`,
      `${paint(color, ['bold', 'green'], percent(metrics.testAccuracy))} ${interval(metrics.testInterval)}`,
      duration(metrics.seconds),
    ]),
    ['left', 'right', 'left', 'left', 'right'],
  );
  const sentences = pairs.map(({ onlyFirst, onlySecond, pValue }, i) => {
    const { metrics } = runs[i + 1];
    const gain = metrics.testAccuracy - runs[0].metrics.testAccuracy;
    const verdict = isMoreThanChance({ pValue }) ? 'more than chance' : 'may be chance';
    return (
      `${names[i + 1]} against ${names[0]}: ${signed(gain)} points on the test images, ${paint(color, 'bold', verdict)}. ` +
      `Only ${names[i + 1]} is correct on ${count(onlySecond)} images, only ${names[0]} on ${count(onlyFirst)}; McNemar's exact test: p = ${probability(pValue)}.`
    );
  });
  return [differing, '', outcomes, '', ...sentences].join('\n');
}

/** The same for `--json`. */
export function comparisonJson({ runs, settings, pairs }: RunComparison): Record<string, unknown> {
  return {
    settings: settings.map(({ name, values }) => ({ name, values })),
    runs: runs.map(({ run, metrics, validationInterval }) => ({
      run: run.path,
      bestEpoch: metrics.bestEpoch,
      epochs: metrics.epochs,
      validationLoss: metrics.validationLoss,
      validationAccuracy: metrics.validationAccuracy,
      validationInterval,
      testAccuracy: metrics.testAccuracy,
      testInterval: metrics.testInterval,
      testLoss: metrics.testLoss,
      seconds: metrics.seconds,
    })),
    pairs: pairs.map((pair, i) => ({ first: runs[0].run.path, second: runs[i + 1].run.path, ...pair })),
  };
}

function interval({ low, high }: { readonly low: number; readonly high: number }): string {
  return `(${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`;
}

/** `+1.87` */
function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(2)}`;
}

function probability(pValue: number): string {
  return pValue < 0.0001 ? pValue.toExponential(1) : pValue.toFixed(4);
}
