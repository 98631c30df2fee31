/** Model files and checkpoints: sealed tensors with a description, both of which are changed and then sealed again. */

import { planModel } from '../../../../src/model/plan.ts';
import { multilayer } from '../../../../src/model/spec.ts';
import { decodeState, encodeState } from '../../../../src/runs/checkpoint.ts';
import { modelCard } from '../../../../src/ship/card-text.ts';
import { decodeModel, encodeModel, type ModelFile } from '../../../../src/ship/model-file.ts';
import { precisions } from '../../../../src/ship/precision.ts';
import type { TrainState } from '../../../../src/train/events.ts';
import { makeModel, makeNetwork } from '../../../../test/model-fixture.ts';
import type { Draw } from '../draw.ts';
import { type Json, mutateJson } from '../json.ts';
import { bytesReader, must } from '../reader.ts';
import { headerOf, mutateTensors, reseal, withHeader } from './safetensors.ts';

/** Changes to the JSON under a key of the metadata, or to the file that holds it. */
function mutateUnder(key: string) {
  return (bytes: Uint8Array, draw: Draw): Uint8Array => {
    if (draw.chance(0.35)) return mutateTensors(bytes, draw);
    const header = headerOf(bytes) as Record<string, Record<string, Json>>;
    const { __metadata__: metadata } = header;
    const text = Buffer.from(mutateJson(JSON.parse(String(metadata[key])), draw)).toString('utf8');
    return withHeader(
      bytes,
      Buffer.from(JSON.stringify({ ...header, __metadata__: { ...metadata, [key]: text } })),
    );
  };
}

const specs = [
  multilayer(12, [8], 3),
  multilayer(12, [], 3),
  multilayer(12, [5, 4], 3, [0.2], { norm: 'batch' }),
  multilayer(12, [6], 3, [], { norm: 'layer', blocks: 1, activation: 'gelu' }),
];

/** Packed once: what is random about a model file are its weights, and those are read like any others. */
const files = Promise.all(
  precisions.flatMap((precision) =>
    [[0], [1], [2, 0], [3]].map(async (members) =>
      encodeModel(makeModel({ precision, members: members.map((i) => makeNetwork(specs[i], i + 1)) })),
    ),
  ),
);

/** Every number of a model's weights is finite. */
function mustBeFinite({ members }: ModelFile): void {
  for (const { weights } of members)
    for (const [name, values] of weights) must(values.every(Number.isFinite), `${name} is not finite`);
}

export const models = bytesReader<Uint8Array, ModelFile>({
  name: 'model files',
  weight: 4,
  async make(draw) {
    const bytes = draw.pick(await files);
    return { bytes, truth: bytes };
  },
  mutate: mutateUnder('couture.model'),
  reseal,
  read: (bytes) => decodeModel(bytes, 'file'),
  async exact(model, bytes) {
    // int8 is rounded again to other scales; the wider ones come out as they were.
    if (model.precision.startsWith('int8')) return;
    must(
      Buffer.from(await encodeModel(model)).equals(bytes),
      'the file comes out otherwise when it is packed again',
    );
  },
  async sound(model) {
    mustBeFinite(model);
    must(modelCard(model, { name: 'file', bytes: 1 }).length > 0, 'the card is empty');
    const again = await decodeModel(await encodeModel(model), 'again');
    const told = ({ members, ...rest }: ModelFile) => JSON.stringify([rest, members.map(({ spec }) => spec)]);
    must(told(again) === told(model), 'what was read is read otherwise when it is packed again');
  },
});

const { parameters } = planModel(specs[2]);

function someState(draw: Draw): TrainState {
  const { weights } = makeNetwork(specs[2], draw.below(1000));
  const epoch = draw.below(4);
  const history = draw.times(epoch, (i) => ({
    epoch: i + 1,
    trainLoss: draw.chance(0.1) ? Number.NaN : draw.float(),
    validationLoss: draw.float(),
    validationAccuracy: draw.float(),
    learningRate: draw.float(),
    seconds: draw.float(),
  }));
  const moments = new Map(
    parameters
      .filter(({ trained }) => trained)
      .map(({ name }) => [name, weights.get(name)!.map((x) => x / 8)]),
  );
  const losses = Float32Array.from({ length: draw.below(20) }, () => draw.float());
  const state = { epoch, step: draw.below(9), seconds: draw.float() * 9, history, losses };
  const averages = draw.chance(0.3) ? { averages: moments } : {};
  return { ...state, parameters: weights, firstMoments: moments, secondMoments: moments, ...averages };
}

const CONFIG = 'ab'.repeat(32);
const encoded = (state: TrainState) => encodeState(parameters, state, CONFIG);
const decoded = (bytes: Uint8Array, name: string) => decodeState(parameters, bytes, name, CONFIG);

function asText(state: TrainState): string {
  return JSON.stringify(state, (_, value) => {
    if (value instanceof Map) return [...value];
    if (value instanceof Float32Array)
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
    return value;
  });
}

export const checkpoints = bytesReader<TrainState, TrainState>({
  name: 'checkpoints',
  weight: 5,
  async make(draw) {
    const truth = someState(draw);
    return { bytes: await encoded(truth), truth };
  },
  mutate: mutateUnder('state'),
  reseal,
  read: (bytes) => decoded(bytes, 'checkpoint'),
  exact: (state, truth) => must(asText(state) === asText(truth), 'another state than was written'),
  async sound(state) {
    const again = await decoded(await encoded(state), 'again');
    must(asText(again) === asText(state), 'what was read is read otherwise when it is written again');
  },
});
