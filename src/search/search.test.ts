/** Spaces, their checks, and the search in memory. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resolveConfig } from '../train/config.ts';
import { recipes } from '../train/recipes.ts';
import { defaultSpace } from './default-space.ts';
import { samplerNames, samplers } from './samplers/index.ts';
import type { Sampler } from './samplers/sampler.ts';
import { Search } from './search.ts';
import { checkSettingsSpace, defineSettingsSpace, settingsOf, trialConfig } from './settings-space.ts';
import { checkSpace, defineSpace, type Parameter } from './space.ts';
import { cellsOf, unitOf, valueAt } from './units.ts';

const refused = (space: unknown, message: RegExp | string): void => {
  assert.throws(() => checkSpace(space), { name: 'CoutureError', kind: 'usage', message });
};

test('a space is refused with the name of the wrong parameter', () => {
  refused({ a: { type: 'int', low: 3, high: 1 } }, 'Invalid search space: a.low is 3 and a.high is 1.');
  refused({ a: { type: 'int', low: 0.5, high: 1 } }, /a\.low is 0\.5, but a is an int/);
  refused({ a: { type: 'float', low: 0, high: 1, log: true } }, /needs a positive number/);
  refused({ a: { type: 'float', low: 1, high: 2, log: true, step: 1 } }, /both log and step/);
  refused({ a: { type: 'float', low: 1, high: 2, step: 3 } }, /a\.step is 3, but the range is 1/);
  refused({ a: { type: 'categorical', choices: [] } }, /a\.choices/);
  refused({ a: { type: 'categorical', choices: [[1], [1]] } }, /a\.choices has \[1\] more than once/);
  refused({ a: { type: 'flaot', low: 0, high: 1 } }, /a\.type/);
  refused({}, /it has 0 parameters/);
  refused({ ['a'.repeat(101)]: { type: 'int', low: 0, high: 1 } }, /a name has 101 characters/);
  refused({ a: { type: 'categorical', choices: [{}] } }, /a\.choices\[0\]: a value is a string/);
  refused({ a: { type: 'int', low: 0, high: 1, step: 0 } }, /a\.step must be above 0/);
  refused({ 3: { type: 'int', low: 0, high: 1 } }, /"3" is a number/);
  refused({ a: { type: 'float', low: 0, high: Number.POSITIVE_INFINITY } }, /a\.high/);
});

test('a condition names an earlier parameter and can be true', () => {
  const parent = { type: 'int', low: 1, high: 3 };
  const child = (when: object) => ({ type: 'int', low: 1, high: 2, when });
  const kinds = { type: 'categorical', choices: ['adam', 'sgd'] };
  refused({ b: parent, a: child({ c: [1] }) }, /a\.when names "c", which is not a parameter of the space/);
  refused({ a: child({ b: [1] }), b: parent }, /a\.when names "b", which is a later parameter/);
  refused({ a: child({ a: [1] }) }, /a\.when names "a", which is itself/);
  refused(
    { a: child({ b: [1] }), b: child({ c: [1] }), c: child({ a: [1] }) },
    /a\.when names "b", whose own condition depends on a/,
  );
  refused({ b: parent, a: child({ b: [4] }) }, /a\.when\.b has 4, which is not a value of that parameter/);
  refused({ b: parent, a: child({ b: [1.5] }) }, /a\.when\.b has 1\.5/);
  refused({ b: parent, a: child({ b: { min: 4 } }) }, /a\.when\.b is never true/);
  refused({ b: parent, a: child({ b: { min: 3, max: 1 } }) }, /never true, because min is 3 and max is 1/);
  refused({ b: parent, a: child({ b: { min: 1.2, max: 1.8 } }) }, /a\.when\.b is never true/);
  refused({ b: parent, a: child({ b: {} }) }, /a\.when\.b: a condition has min or max/);
  refused({ b: parent, a: child({ b: 2 }) }, /a\.when\.b: a condition is a list of values, such as \[2, 3\]/);
  refused({ b: kinds, a: child({ b: { min: 1 } }) }, /a\.when\.b is never true/);
  assert.throws(() => checkSpace({ b: kinds, a: child({ b: ['sdg'] }) }), {
    message: 'Invalid search space: a.when.b has "sdg", which is not a value of that parameter.',
    hint: 'Did you mean "sgd"?',
  });
  checkSpace({ b: parent, a: child({ b: { min: 2 } }) });
});

test('values and places are inverse, within the range', () => {
  const parameters: Parameter[] = [
    { type: 'int', low: -3, high: 9 },
    { type: 'int', low: 1, high: 1000, log: true },
    { type: 'int', low: 0, high: 10, step: 5 },
    { type: 'float', low: 0.1, high: 0.3, step: 0.1 },
    { type: 'float', low: 1e-5, high: 1, log: true },
    { type: 'float', low: -2, high: 2 },
    { type: 'float', low: 2, high: 2 },
    { type: 'categorical', choices: ['a', null, [128, 64], false] },
  ];
  for (const parameter of parameters) {
    const seen = new Set<string>();
    for (let unit = 0; unit < 1; unit += 1 / 997) {
      const value = valueAt(parameter, unit);
      seen.add(JSON.stringify(value));
      const again = valueAt(parameter, unitOf(parameter, value));
      if (typeof value === 'number' && cellsOf(parameter) === 0)
        assert.ok(Math.abs(Number(again) - value) < 1e-12 * Math.max(1, Math.abs(value)));
      else assert.deepEqual(again, value);
      if (parameter.type !== 'categorical')
        assert.ok(Number(value) >= parameter.low && Number(value) <= parameter.high);
    }
    if (parameter.type !== 'float') assert.ok(seen.size >= Math.min(3, cellsOf(parameter)), [...seen].join());
  }
  const stepped = Array.from({ length: 3 }, (_, i) => valueAt(parameters[3], (i + 0.5) / 3));
  assert.deepEqual(stepped, [0.1, 0.2, 0.3]);
});

describe('spaces of settings', () => {
  const rejected = (space: unknown, message: RegExp | string, hint?: RegExp): void => {
    assert.throws(() => checkSettingsSpace(space, { recipe: 'baseline' }), {
      name: 'CoutureError',
      kind: 'usage',
      message,
      ...(hint && { hint }),
    });
  };
  const rate = { type: 'float', low: 0.001, high: 0.01, log: true } as const;

  test('every name, range and choice is checked by the table of settings', () => {
    rejected({ learningrate: rate }, /"learningrate", which is not a setting/, /Did you mean learningRate\?/);
    rejected({ learningRate: { ...rate, high: 1000 } }, /learningRate must be at most 100/);
    rejected({ epochs: { type: 'float', low: 1, high: 5 } }, /epochs/);
    rejected({ optimizer: { type: 'categorical', choices: ['adam', 'adamm'] } }, /adamm/);
    rejected({ 'hidden[0]': { type: 'int', low: 0, high: 9 } }, /hidden\[0\]/);
    rejected({ hidden: { type: 'categorical', choices: [[128], [64, 64.5]] } }, /hidden\[1\]/);
    rejected(
      { seed: { type: 'int', low: 1, high: 9 } },
      'The search space has seed, but the best seed is only luck.',
    );
    rejected({ $layers: { type: 'int', low: 1, high: 2 } }, /"\$layers", which no condition uses/);
  });

  test('a typed space: the compiler refuses wrong names and values', () => {
    const space = defineSettingsSpace({
      $layers: { type: 'int', low: 1, high: 2 },
      'hidden[0]': { type: 'int', low: 32, high: 512, log: true },
      'hidden[1]': { type: 'int', low: 32, high: 512, log: true, when: { $layers: [2] } },
      learningRate: rate,
      optimizer: { type: 'categorical', choices: ['adam', 'sgd'] },
      flip: { type: 'categorical', choices: [true, false] },
    });
    const { values } = new Search({ space }).ask();
    const optimizer: 'adam' | 'sgd' = values.optimizer;
    const second: number | undefined = values['hidden[1]'];
    assert.ok(['adam', 'sgd'].includes(optimizer) && (second === undefined || second >= 32));
    // Each line below must not compile, and is refused at run time as well.
    const wrong: readonly (() => unknown)[] = [
      // @ts-expect-error There is no such setting.
      () => defineSettingsSpace({ learnigRate: { type: 'float', low: 0.1, high: 1 } }),
      // @ts-expect-error There is no such optimizer.
      () => defineSettingsSpace({ optimizer: { type: 'categorical', choices: ['adam', 'adamm'] } }),
      // @ts-expect-error An optimizer is no number.
      () => defineSettingsSpace({ optimizer: { type: 'int', low: 1, high: 2 } }),
      // @ts-expect-error A learning rate is no text.
      () => defineSettingsSpace({ learningRate: { type: 'categorical', choices: ['high'] } }),
      // @ts-expect-error The best seed is only luck.
      () => defineSettingsSpace({ seed: { type: 'int', low: 1, high: 2 } }),
      // @ts-expect-error A batch size is no list.
      () => defineSettingsSpace({ 'batchSize[0]': { type: 'int', low: 1, high: 2 } }),
    ];
    for (const define of wrong) assert.throws(define, { name: 'CoutureError', kind: 'usage' });
  });

  test('combinations are checked before anything runs', () => {
    rejected(
      {
        average: { type: 'categorical', choices: [0, 0.99] },
        swa: { type: 'categorical', choices: [0, 0.5] },
      },
      /^The search space allows average 0\.99, swa 0\.5: .*only one average/,
    );
    const width = { type: 'int', low: 8, high: 16 };
    rejected(
      {
        $two: { type: 'int', low: 0, high: 1 },
        'hidden[0]': { ...width, when: { $two: [1] } },
        'hidden[1]': width,
      },
      /but not hidden\[0\]/,
    );
  });

  test('items form lists, and helpers are no settings', () => {
    const values = { $layers: 2, 'hidden[0]': 64, 'hidden[1]': 32, 'dropout[0]': 0.5, optimizer: 'sgd' };
    assert.deepEqual(settingsOf(values), { optimizer: 'sgd', hidden: [64, 32], dropout: [0.5] });
    const config = trialConfig({ recipe: 'baseline', settings: { epochs: 3 } }, values);
    assert.deepEqual([config.settings.hidden, config.settings.epochs], [[64, 32], 3]);
  });

  for (const [recipe, { settings }] of Object.entries(recipes)) {
    test(`the default space of ${recipe} is valid`, () => {
      const name = recipe as keyof typeof recipes;
      checkSettingsSpace(defaultSpace(resolveConfig({ recipe: name }).settings), { recipe: name });
      assert.ok(settings !== undefined);
    });
  }
});

describe('the search in memory', () => {
  const space = defineSpace({
    rate: { type: 'float', low: 0, high: 1 },
    kind: { type: 'categorical', choices: ['a', 'b'] },
    extra: { type: 'int', low: 1, high: 5, when: { kind: ['b'] } },
  });

  test('values are typed by the space', () => {
    const { values } = new Search({ space }).ask();
    const [rate, kind, extra]: [number, 'a' | 'b', number | undefined] = [
      values.rate,
      values.kind,
      values.extra,
    ];
    assert.deepEqual([typeof rate, kind === 'a' ? undefined : extra], ['number', extra]);
    // @ts-expect-error There is no such parameter.
    assert.equal(values.other, undefined);
  });

  test('the best is complete, in the direction of the search, and no NaN', () => {
    const search = new Search({ space, direction: 'maximize', sampler: 'random' });
    for (const value of [1, Number.NaN, 3, 3, 2]) search.tell(search.ask().number, value);
    search.fail(search.ask().number);
    assert.equal(search.best?.number, 2);
    assert.equal(new Search({ space }).best, undefined);
  });

  for (const sampler of samplerNames)
    test(`${sampler}: only feasible values are asked for, and a constraint that nothing meets is told`, () => {
      const search = new Search({
        space,
        sampler,
        feasible: ({ rate, extra = 0 }) => rate < 0.2 && extra !== 3,
      });
      for (let i = 0; i < 40; i++) {
        const { number, values } = search.ask();
        assert.ok(values.rate < 0.2 && values.extra !== 3, JSON.stringify(values));
        search.tell(number, -values.rate);
      }
      // The best feasible rate is at the edge.
      assert.ok(sampler !== 'tpe' || Number(search.best?.values.rate) > 0.19, JSON.stringify(search.best));
      assert.throws(() => new Search({ space, sampler, feasible: () => false }).ask(), {
        kind: 'usage',
        message: 'None of 1000 random points of the search space meets the constraint.',
      });
    });

  test('TPE learns a constraint that only trials can measure', () => {
    // Small rates are better, and those below 0.5 break the constraint.
    const failures = (sampler: Sampler): number => {
      let failed = 0;
      for (let seed = 1; seed <= 10; seed++) {
        const search = new Search({ space, sampler, seed });
        for (let i = 0; i < 60; i++) {
          const { number, values } = search.ask();
          if (values.rate >= 0.5) search.tell(number, values.rate);
          else {
            search.fail(number);
            if (i >= 20) failed += 1;
          }
        }
        if (sampler === samplers.tpe) assert.ok(Number(search.best?.value) < 0.52);
      }
      return failed;
    };
    const blind: Sampler = (question) =>
      samplers.tpe({ ...question, trials: question.trials.filter(({ state }) => state !== 'failed') });
    // Of 400 late trials. The best is at the edge, so about half of the trials around it fail.
    const [seen, unseen] = [failures(samplers.tpe), failures(blind)];
    assert.ok(seen < 200 && unseen > 300, `${seen}, and ${unseen} if failed trials are ignored`);
  });

  test('no trial is pruned at its last step', () => {
    const search = new Search({ space, pruner: 'asha', steps: 3 });
    for (const value of [1, 2, 3]) {
      const { number } = search.ask();
      const answers = [1, 2, 3].map((step) =>
        search.trials[number].state === 'running' ? search.report(number, step, value) : 'ended',
      );
      assert.deepEqual(answers, value === 1 ? Array(3).fill('continue') : ['prune', 'ended', 'ended']);
    }
  });

  test('a trial ends once, and its steps ascend', () => {
    const search = new Search({ space, pruner: () => true });
    const { number } = search.ask();
    assert.throws(() => search.tell(7, 1), { kind: 'usage', message: 'Trial 7 was never asked for.' });
    assert.equal(search.report(number, 1, 0.5), 'prune');
    assert.throws(() => search.tell(number, 1), { message: 'Trial 0 is already pruned.' });
    const patient = new Search({ space });
    patient.ask();
    patient.report(0, 2, 1);
    assert.throws(() => patient.report(0, 2, 1), { message: 'Trial 0: step 2 was reported after step 2.' });
  });

  test('wrong options are named', () => {
    // @ts-expect-error There is no such sampler.
    assert.throws(() => new Search({ space, sampler: 'tpr' }), {
      kind: 'usage',
      message: /options\.sampler/,
    });
    assert.throws(() => new Search({ space, seed: -1 }), { kind: 'usage', message: /options\.seed/ });
  });
});
