/** study.json from outside: damaged, of another version, of another place; and what is told of a sound one. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { studyOf, trialOf } from '../../test/study-fixture.ts';
import { CoutureError } from '../core/errors.ts';
import { jsonSha256 } from '../runs/json.ts';
import { decodeStudy } from './decode.ts';
import { describeStudy, glanceAtStudy } from './describe.ts';
import type { Study } from './study.ts';

const WHERE = 'runs/tune/widths/study.json';
const trials = [
  { ...trialOf(0, 'complete'), value: 0.5, values: { learningRate: 0.01 } },
  { ...trialOf(1, 'complete'), value: 0.7, values: { learningRate: 0.1 } },
  { ...trialOf(2, 'complete'), value: 0.25, values: { learningRate: 0.02 } },
  { ...trialOf(3, 'pruned'), reports: [{ step: 1, value: 0.9 }] },
  trialOf(4, 'failed'),
  trialOf(5, 'running'),
];
const study = studyOf(trials, { recipe: 'baseline' });

/** The bytes of a sealed file. */
async function sealed(value: object): Promise<Uint8Array> {
  return new TextEncoder().encode(JSON.stringify({ ...value, sha256: await jsonSha256(value) }));
}

async function problem(bytes: Uint8Array): Promise<CoutureError> {
  const error: unknown = await decodeStudy(bytes, WHERE).catch((cause: unknown) => cause);
  assert.ok(error instanceof CoutureError && error.kind === 'data', String(error));
  assert.ok(error.message.startsWith(WHERE), error.message);
  return error;
}

describe('study.json', () => {
  test('a sound one is read as it was written', async () => {
    assert.deepEqual(await decodeStudy(await sealed(study), WHERE), study);
  });

  test('of a newer version: the version is told, not that it is damaged', async () => {
    const newer = await sealed({ ...study, version: 2, more: { than: 'this version knows' } });
    const { message, hint } = await problem(newer);
    assert.match(message, /is a study of version 2, but Couture [\d.]+ reads version 1\.$/);
    assert.match(hint ?? '', /Use the version of Couture that wrote it/);
  });

  test('damaged: cut off, changed, without its digest, with a foreign name or value', async () => {
    const bytes = await sealed(study);
    assert.match((await problem(bytes.subarray(0, bytes.length / 2))).message, /not valid JSON/);
    const changed = new TextDecoder().decode(bytes).replace('"value":0.25', '"value":0.01');
    assert.match((await problem(new TextEncoder().encode(changed))).message, /do not match its SHA-256/);
    const bare = new TextEncoder().encode(JSON.stringify(study));
    assert.match((await problem(bare)).message, /has no digest/);
    const outside = { ...study, plan: { ...study.plan, name: '../outside' } };
    assert.match((await problem(await sealed(outside))).message, /plan\.name/);
    const odd = { ...study, trials: [{ ...trials[0], attempt: -1 }] };
    assert.match((await problem(await sealed(odd))).message, /trials\[0\]\.attempt must be at least 0/);
    assert.match((await problem(new Uint8Array([0xc3, 0x28]))).message, /not valid UTF-8/);
  });
});

describe('what is told of a study', () => {
  test('at a glance: states, best trial, best so far', () => {
    const { name, recipe, data, states, best, bestSoFar } = glanceAtStudy(study);
    assert.deepEqual([name, recipe, data], ['widths', 'baseline', study.plan.data.name]);
    assert.deepEqual(states, { waiting: 0, running: 1, complete: 3, pruned: 1, failed: 1 });
    assert.deepEqual(best, { number: 2, value: '0.25' });
    assert.deepEqual(bestSoFar, [0.5, 0.5, 0.25]);
    assert.deepEqual(glanceAtStudy(studyOf([])).best, undefined);
  });

  test('the best trials come with the configs that train them', () => {
    const { heads, ranked, space } = describeStudy(study);
    assert.deepEqual(space, [{ name: 'learningRate', values: '0.001 to 0.1 on a log scale', condition: '' }]);
    assert.deepEqual(heads, ['validation loss', 'epochs', 'learningRate']);
    assert.deepEqual(
      ranked.map(({ number, cells }) => [number, ...cells]),
      [
        [2, '0.25', '', '0.02'],
        [0, '0.5', '', '0.01'],
        [1, '0.7', '', '0.1'],
      ],
    );
    for (const { number, config } of ranked) {
      const { learningRate } = trials[number].values;
      assert.equal(config.settings.learningRate, learningRate);
      assert.deepEqual(
        [config.recipe, config.settings.hidden, config.data],
        ['baseline', [8], study.plan.data],
      );
    }
  });

  test('commands: continue, train the winner, report; without a winner only what is possible', () => {
    const commands = (some: Study) => describeStudy(some).commands.map(({ command }) => command);
    assert.deepEqual(commands(study), [
      'npx couture tune --name widths',
      'npx couture tune best widths',
      'npx couture train --from-study widths',
      'npx couture report --study widths',
    ]);
    assert.deepEqual(commands(studyOf([])), [
      'npx couture tune --name widths',
      'npx couture report --study widths',
    ]);
  });
});
