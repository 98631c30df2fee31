import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encode } from 'fast-png';
import { COUTURE_VERSION } from '../core/version.ts';
import { dropout, gelu, linear, logSoftmax, relu, sequential } from '../model/spec.ts';
import { formatSealed } from '../runs/json.ts';
import { resolveConfig } from '../train/config.ts';
import { processContext } from './context.ts';
import { configFromFlags, settingFromText } from './settings-flags.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-config-'));
after(() => rm(folder, { recursive: true, force: true }));
const context = processContext(new AbortController().signal, {
  out: () => {},
  err: () => {},
  isLost: () => false,
});

test('a config file gives the config that it was written of; one of another version is refused in a sentence', async () => {
  const path = join(folder, 'config.json');
  const config = resolveConfig({ recipe: 'fast-90', settings: { seed: 7, epochs: 3 } });
  await writeFile(path, JSON.stringify(config));
  assert.deepEqual(await configFromFlags({ config: path }, context), config);
  // A run's own, and a copy of it that was changed.
  for (const seed of [7, 8]) {
    await writeFile(path, (await formatSealed(config)).replace('"seed": 7', `"seed": ${seed}`));
    assert.equal((await configFromFlags({ config: path }, context)).settings.seed, seed);
  }
  const text = JSON.stringify(config);
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
  for (const bytes of [Buffer.from(`\ufeff${text}`), utf16, Buffer.from(utf16).swap16()]) {
    await writeFile(path, bytes);
    assert.deepEqual(await configFromFlags({ config: path }, context), config, 'with a byte order mark');
  }
  for (const [content, message] of [
    [
      { version: 1, recipe: 'baseline', settings: { dataset: 'mnist' } },
      new RegExp(`it is a config of version 1, but Couture ${COUTURE_VERSION} reads version 2`),
    ],
    [{ version: 3 }, /config of version 3/],
    [{ version: 'two' }, /--config .*config\.json: version must be 2, not the string "two"/],
  ] as const) {
    await writeFile(path, JSON.stringify(content));
    await assert.rejects(configFromFlags({ config: path }, context), { kind: 'usage', message });
  }
});

test("the config of a run serves for other images, unless its layers are the user's own", async () => {
  const path = join(folder, 'other-images.json');
  const settings = { hidden: [12], dropout: [0.5], epochs: 4, seed: 6 };
  const config = resolveConfig({ recipe: 'baseline', settings });
  await writeFile(path, JSON.stringify(config));
  const images = join(folder, 'squares');
  for (const [label, name] of ['bright', 'dark'].entries()) {
    await mkdir(join(images, name), { recursive: true });
    for (let i = 0; i < 8; i++) {
      const data = Uint8Array.from({ length: 25 }, (_, k) => 10 * i + k + 120 * label);
      const png = encode({ width: 5, height: 5, data, channels: 1, depth: 8 });
      await writeFile(join(images, name, `${i}.png`), png);
    }
  }
  const here = { ...context, env: { COUTURE_CACHE: join(folder, 'cache') } };
  const found = await configFromFlags({ config: path, data: images }, here);
  assert.deepEqual([found.recipe, found.settings], [config.recipe, config.settings]);
  const expected = sequential(linear(25, 12), relu(), dropout(0.5), linear(12, 2), logSoftmax());
  assert.deepEqual(found.model, expected);
  const own = sequential(linear(784, 12), gelu(), linear(12, 10), logSoftmax());
  await writeFile(path, JSON.stringify(resolveConfig({ model: own })));
  await assert.rejects(configFromFlags({ config: path, data: images }, here), {
    kind: 'usage',
    message: /The model takes 784 values and has 10 classes, but an image of squares \(5x5 gray\)/,
    hint: /Leave the model out and give the setting hidden/,
  });
});

test('changes of the learning rate are pairs of an epoch and a rate', () => {
  const [key, value] = settingFromText('rate-changes', '5:0.001, 8:3e-4');
  const expected = [
    { epoch: 5, learningRate: 0.001 },
    { epoch: 8, learningRate: 0.0003 },
  ];
  assert.deepEqual([key, value], ['rateChanges', expected]);
  assert.deepEqual(settingFromText('rate-changes', 'none')[1], []);
  for (const text of ['5', '5:0.1:2', '1:0.1', '5:0', 'five:0.1', '5:0.1,,'])
    assert.throws(
      () => settingFromText('rate-changes', text),
      /--rate-changes must be none or comma-separated pairs epoch:rate: a whole number from 2/,
      text,
    );
});
