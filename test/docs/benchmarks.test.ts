/**
 * docs/benchmarks.md and the sentence in README.md say what the bench measured: they are what is written of bench/results/
 * again. And what the page says of figures that are made up here.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Findings } from '../../bench/findings.ts';
import { readOptions } from '../../bench/options.ts';
import type { TimedCommand } from '../../bench/parts/time-to.ts';
import { leadSentence } from '../../bench/report/lead.ts';
import { wrapped } from '../../bench/report/markdown.ts';
import { report } from '../../bench/report/report.ts';
import { verdictsOf } from '../../bench/report/targets.ts';
import { loadFindings, loadTimeTo } from '../../bench/store.ts';
import { root } from './pages.ts';

const stored = loadFindings();
const skip = stored === undefined && 'there are no stored results: npm run bench makes them';

test('docs/benchmarks.md is what the stored results say', { skip }, () => {
  assert.ok(stored);
  const written = formatted(report({ findings: stored, timeTo: loadTimeTo() }));
  assert.equal(readFileSync(join(root, 'docs/benchmarks.md'), 'utf8'), written, 'npm run bench -- --render');
});

test('README.md says of PyTorch what the stored results say', { skip }, () => {
  assert.ok(stored);
  const [, block] = /<!-- table:bench -->\n(.*?)\n*<!-- \/table:bench -->/s.exec(readme()) ?? [];
  assert.equal(block?.trim(), wrapped(leadSentence(stored) ?? ''), 'npm run bench -- --render');
});

/** Markdown as the project's formatter leaves it. */
function formatted(markdown: string): string {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'format', '--stdin-file-path=docs/benchmarks.md'];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    input: markdown,
    encoding: 'utf8',
  });
  assert.notEqual(stdout, '', stderr);
  return stdout;
}

function readme(): string {
  return readFileSync(join(root, 'README.md'), 'utf8');
}

describe('of made-up figures', () => {
  const result = (family: string, label: string, value: number, setting = '1 thread') => ({
    ...{ family, label, setting, values: [value, 2 * value], median: value, error: undefined },
  });
  const whole = (model: 'A' | 'B', family: string, setting: string, seconds: number[]) => ({
    ...{ model, family, setting, seconds, epochs: model === 'A' ? 25 : 35, accuracy: 0.885 },
  });
  const findings: Findings = {
    wholes: [
      whole('B', 'Couture', '1 thread', [20, 20]),
      whole('B', 'Couture', '2 threads', [10, 10]),
      whole('B', 'PyTorch', '1 thread, tcmalloc', [30, 40]),
      whole('A', 'Couture', '2 threads', [2, 2]),
      whole('A', 'PyTorch', '1 thread, tcmalloc', [10, 12]),
    ],
    epochs: [
      result('Couture', 'first epoch B', 1),
      result('Couture', 'epoch B', 0.5),
      result('jax-js', 'epoch B', 9),
      result('TensorFlow.js wasm', 'epoch B', 40),
    ],
    ladder: [result('OpenBLAS', '1024 x 1024 x 1024', 0.01, '2 threads')],
    missing: [{ who: 'PyTorch with tcmalloc', reason: 'not | here' }],
    versions: { PyTorch: 'PyTorch 1.13.0' },
    ...{ machine: 'a machine', cores: 2, date: '2026-11-27', seconds: 600, load: 1 },
    ...{ repeats: 5, budget: 0.9, steps: 750, trainedEpochs: 10 },
  };
  const page = report({ findings, timeTo: undefined });

  test('the comparison comes first: of whole trainings, and of the best setting of each', () => {
    const [title, lead] = page.split('\n\n');
    assert.equal(title, '# Benchmarks');
    assert.equal(lead, wrapped(leadSentence(findings) ?? ''));
    const sentence = lead.replaceAll('\n', ' ');
    assert.match(
      sentence,
      /35 epochs of `deeper` take Couture 20 s and PyTorch 70 s, \*\*3\.5 times\*\* as long/,
    );
    assert.match(
      sentence,
      /25 epochs of `baseline` take Couture 4 s and PyTorch 22 s, \*\*5\.5 times\*\* as long/,
    );
    assert.match(sentence, /PyTorch 1\.13\.0 has the fastest of the settings/);
  });

  test('a lead that is none is not called one', () => {
    const wholes = [whole('B', 'Couture', '2 threads', [80]), whole('B', 'PyTorch', '1 thread', [40])];
    assert.match(
      leadSentence({ ...findings, wholes }) ?? '',
      /PyTorch 40 s, 0\.5 times as long, which is less/,
    );
  });

  test('the targets come last, and say what was met, what was missed and what was not measured', () => {
    assert.ok(page.indexOf('## Against the targets') > page.indexOf('## Training epoch'));
    const met = new Map(verdictsOf({ findings, timeTo: undefined }).map((each) => [each.what, each.met]));
    assert.equal(met.get('A, whole training of 25 epochs, times as fast as PyTorch'), true);
    assert.equal(met.get('B, whole training of 35 epochs, times as fast as PyTorch'), false);
    assert.equal(met.get('B, epoch, times as fast as jax-js'), false);
    assert.equal(met.get('B, epoch, times as fast as TensorFlow.js wasm'), true);
    assert.equal(met.get('B, evaluation of 10,000 images, times as fast as PyTorch'), undefined);
  });

  test('a goal that the mean of the seeds does not reach is not reached', () => {
    const run = {
      seconds: 10,
      training: 8,
      validationAccuracy: 0.92,
      weightsSha256: 'ab'.repeat(32),
      log: [],
    };
    const command = (accuracies: number[]): TimedCommand => ({
      ...{ goal: 0.92, recipe: 'fast-92', epochs: null, seeds: accuracies.length },
      runs: accuracies.map((testAccuracy, i) => ({ ...run, seed: i + 1, testAccuracy })),
    });
    const of = (accuracies: number[]) => ({
      ...{ date: '2026-11-27', machine: 'a machine', couture: '0.1.0 on Node 24', cores: 2 },
      commands: [command(accuracies)],
    });
    const verdict = (accuracies: number[]) =>
      verdictsOf({ findings, timeTo: of(accuracies) }).find(({ what }) => what.startsWith('92%'))?.met;
    assert.equal(verdict([0.919, 0.922]), true);
    assert.equal(verdict([0.918, 0.921]), undefined);
    assert.match(report({ findings, timeTo: of([0.918, 0.921]) }), /\*\*not reached\*\*/);
  });

  test('what could not be measured is named, with the reason', () => {
    assert.ok(page.includes('Not measured: PyTorch with tcmalloc (not | here).'));
  });
});

describe('what a run of the bench writes', () => {
  const write = (...args: string[]) => readOptions(args)?.write;

  test('the page, where all was measured; never of a part or a quick look', () => {
    assert.equal(write(), true);
    assert.equal(write('time-to'), true);
    assert.equal(write('--render'), true);
    assert.equal(write('train'), false);
    assert.equal(write('train', 'time-to'), false);
    assert.equal(write('--quick'), false);
    assert.equal(write('time-to', '--quick'), false);
    assert.equal(write('--no-write'), false);
  });

  test('an unknown part is named', () => {
    assert.throws(() => readOptions(['trian']), /Unknown part "trian": the parts are ladder, train/);
  });
});
