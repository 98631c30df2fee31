import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linear, logSoftmax, sequential } from '../model/spec.ts';
import { resolveConfig } from '../train/config.ts';
import { settingsText, trainCommand } from './train-command.ts';

test('a command says what differs from the recipe, and the seed', () => {
  assert.equal(
    trainCommand(resolveConfig({ recipe: 'deeper' })),
    'npx couture train --recipe deeper --seed 1',
  );
  const changed = { recipe: 'deeper', settings: { epochs: 3, seed: 7, dropout: [0.1] } } as const;
  assert.equal(
    trainCommand(resolveConfig(changed)),
    'npx couture train --recipe deeper --dropout 0.1 --epochs 3 --seed 7',
  );
  const own = { settings: { hidden: [], batchSize: 32, learningRate: 1e-4 } };
  assert.equal(
    trainCommand(resolveConfig(own)),
    'npx couture train --hidden none --batch-size 32 --learning-rate 0.0001 --seed 1',
  );
});

test('switches and words are flags too', () => {
  const settings = { norm: 'batch', fast: true, schedule: 'cosine' } as const;
  assert.equal(
    trainCommand(resolveConfig({ recipe: 'baseline', settings })),
    'npx couture train --recipe baseline --norm batch --schedule cosine --fast --seed 1',
  );
});

test('what may be none is said as none', () => {
  const settings = { splitSeed: 4, seed: 2 };
  assert.equal(trainCommand(resolveConfig({ settings })), 'npx couture train --seed 2 --split-seed 4');
});

test('a teacher is named as a shell takes it', () => {
  const command = (teacher: string) =>
    trainCommand(resolveConfig({ settings: { teacher, distillation: 1 } }));
  const [begin, end] = ['npx couture train --teacher ', ' --distillation 1 --seed 1'];
  assert.equal(command('a,runs/train/b'), `${begin}a,runs/train/b${end}`);
  assert.equal(command("my 'best' run"), `${begin}'my '\\''best'\\'' run'${end}`);
});

test('where no flags lead to a config, there is no command', () => {
  const model = sequential(linear(784, 20), linear(20, 10), logSoftmax());
  assert.equal(trainCommand(resolveConfig({ model })), undefined);
  assert.equal(trainCommand({ ...resolveConfig({ recipe: 'deeper' }), recipe: 'of later years' }), undefined);
});

test('a row of a table names a recipe, or the flags without the seed', () => {
  assert.equal(settingsText(resolveConfig({ recipe: 'deeper', settings: { seed: 3 } })), 'deeper');
  const changed = { recipe: 'deeper', settings: { epochs: 3, seed: 7, splitSeed: 2 } } as const;
  assert.equal(settingsText(resolveConfig(changed)), '--recipe deeper --epochs 3 --split-seed 2');
  assert.equal(settingsText(resolveConfig({ settings: { hidden: [32] } })), '--hidden 32');
  assert.equal(settingsText(resolveConfig({})), 'no flags');
  const model = sequential(linear(784, 5), linear(5, 10), logSoftmax());
  assert.equal(settingsText(resolveConfig({ model })), undefined);
});
