/** What a run is asked to be: config files, config.json, and the flags of the command line. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processContext } from '../../../../src/cli/context.ts';
import { numberList, oneOf, positiveNumber, properShare, wholeNumber } from '../../../../src/cli/options.ts';
import { configFromFlags, settingFromText } from '../../../../src/cli/settings-flags.ts';
import { checkModelSpec, multilayer } from '../../../../src/model/spec.ts';
import { flagOf } from '../../../../src/report/train-command.ts';
import { MemoryStore } from '../../../../src/runs/memory-store.ts';
import { readConfig } from '../../../../src/runs/read-config.ts';
import { resolveConfig } from '../../../../src/train/config.ts';
import { recipes } from '../../../../src/train/recipes.ts';
import { type RunConfig, settingsSchema } from '../../../../src/train/settings.ts';
import { makeInfo } from '../../../../test/model-fixture.ts';
import type { Draw } from '../draw.ts';
import { type Json, jsonReader } from '../json.ts';
import { edgeTexts } from '../mutate.ts';
import { must, type Reader, type Trial } from '../reader.ts';
import { scratch } from './scratch.ts';
import { resealJson } from './sealed-json.ts';

const context = processContext(new AbortController().signal, {
  out: () => {},
  err: () => {},
  isLost: () => false,
});

const info = makeInfo({ height: 4, width: 4, channels: 1 }, ['a', 'b', 'c']);
const layers = [
  multilayer(16, [8], 3),
  multilayer(16, [6, 5], 3, [0.5], { norm: 'batch' }),
  multilayer(16, [8], 3, [], { blocks: 2, norm: 'layer', activation: 'silu' }),
];

/** Settings of a few kinds that go together. */
function someSettings(draw: Draw): Record<string, Json> {
  const all: Record<string, () => Json> = {
    hidden: () => draw.times(draw.between(1, 3), () => draw.between(1, 64)),
    epochs: () => draw.between(1, 99),
    batchSize: () => draw.between(2, 256),
    learningRate: () => draw.pick([0.1, 0.003, 1e-5]),
    optimizer: () => draw.pick(['adam', 'lion']),
    schedule: () => 'constant',
    flip: () => draw.chance(0.5),
    shift: () => draw.below(5),
    seed: () => draw.below(1000),
    splitSeed: () => draw.pick([null, 7]),
    validation: () => 0.25,
    labelSmoothing: () => draw.float() / 2,
  };
  const chosen = Object.entries(all).filter(() => draw.chance(0.4));
  return Object.fromEntries(chosen.map(([key, make]) => [key, make()]));
}

function someConfig(draw: Draw): RunConfig {
  const model = draw.chance(0.4) ? { model: draw.pick(layers) } : {};
  return resolveConfig({
    dataset: info,
    settings: { epochs: draw.between(1, 9), seed: draw.below(99) },
    ...model,
  });
}

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value));

async function readConfigFile(text: Uint8Array): Promise<RunConfig> {
  const path = join(scratch, 'config.json');
  writeFileSync(path, text);
  return await configFromFlags({ config: path }, context);
}

/** A config without what may be said in two ways: no dropout behind the last layers, and a dropout of 0. */
const meaning = ({ settings: { dropout, ...settings }, ...rest }: RunConfig): string =>
  JSON.stringify({ settings, ...rest, dropout: dropout.slice(0, dropout.findLastIndex((p) => p > 0) + 1) });

export const configFiles = jsonReader<RunConfig>({
  name: 'config files',
  weight: 5,
  make(draw) {
    const recipe = draw.pick([null, ...Object.keys(recipes)]);
    return draw.chance(0.4) ? asJson(someConfig(draw)) : { recipe, settings: someSettings(draw) };
  },
  read: readConfigFile,
  async sound(config) {
    const again = await readConfigFile(Buffer.from(JSON.stringify(config)));
    must(meaning(again) === meaning(config), 'what was read is read otherwise when it is written again');
  },
});

export const runConfigs = jsonReader<RunConfig>({
  name: 'config.json',
  weight: 6,
  make: (draw) => asJson(someConfig(draw)),
  async read(text) {
    const store = new MemoryStore();
    await store.makeFolder('run');
    await store.write('run/config.json', await resealJson(text));
    return await readConfig(store, 'run');
  },
});

export const specs = jsonReader<ReturnType<typeof checkModelSpec>>({
  name: 'layers',
  weight: 6,
  make: (draw) => asJson(draw.pick(layers)),
  // Not JSON at all is not this reader's affair.
  read: (text) => checkModelSpec(parsed(text)),
});

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text).toString('utf8'));
  } catch {
    return undefined;
  }
}

const flags = Object.keys(settingsSchema.shape).map((key) => flagOf(key).slice(2));
const texts = [
  ...edgeTexts,
  'none',
  'yes',
  'no',
  'adam',
  'relu',
  '1,2,3',
  '64,',
  ',',
  '1-5',
  '5-1',
  '1-999999999',
  '0.5',
  '.5',
  '5.',
];

/** Words after flags. */
export const words: Reader = {
  name: 'flags',
  weight: 8,
  draw(draw): Trial {
    const name = draw.chance(0.9) ? draw.pick(flags) : draw.name();
    const pieces = draw.times(draw.between(1, 3), () =>
      draw.chance(0.85) ? draw.pick(texts) : draw.bytes(draw.below(9)).toString('utf8'),
    );
    const text = pieces.join(draw.pick(['', ',', ' ', '-'])).repeat(draw.chance(0.02) ? 3000 : 1);
    const which = draw.below(6);
    return {
      input: Buffer.from(JSON.stringify({ name, text, which })),
      isValid: false,
      async run() {
        if (which === 0) mustBeWhole(numberList('--seeds')(text), 0);
        else if (which === 1) mustBeWhole([wholeNumber('--threads', 1, 256)(text)], 1);
        else if (which === 2) must(positiveNumber('--rate', 10)(text) > 0, 'it is not above 0');
        else if (which === 3) must(properShare('--share')(text) < 1, 'it is not below 1');
        else if (which === 4) must(oneOf('--weights', ['best', 'last'])(text) === text, 'another word');
        else {
          const [key, value] = settingFromText(name, text);
          const again = settingsSchema.shape[key].parse(value);
          must(JSON.stringify(again) === JSON.stringify(value), `${key} is no setting as it was read`);
        }
      },
    };
  },
};

function mustBeWhole(numbers: readonly number[], least: number): void {
  must(numbers.length >= 1, 'no number');
  for (const number of numbers) must(Number.isSafeInteger(number) && number >= least, `${number} was read`);
}
