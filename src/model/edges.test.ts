import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gray, inputFor } from '../../test/dataset-fixture.ts';
import { fork, keyFromSeed, RandomStream } from '../core/philox.ts';
import { edgeLayers, edgeWeights, sumWeights } from './edges.ts';
import { initialize } from './init.ts';
import { planModel } from './plan.ts';
import { multilayer } from './spec.ts';

const image = gray(12, 10);
const pixels = 120;
const front = edgeLayers('edges', image);
const plan = planModel(multilayer(pixels, [6], 3, [], { front }));
const [edges, sums] = plan.layers.map(({ out }) => out);
const key = keyFromSeed(7);
const { weight, bias } = edgeWeights('edges', inputFor(image), new RandomStream(fork(key, 'fc1.weight')));
const sum = sumWeights('edges', image);

/** What the sums are for a picture of grays from 0 to 255, and the edges, by place and direction. */
function see(level: (x: number, y: number) => number): { edges: Float64Array; sums: Float64Array } {
  const x = Float64Array.from({ length: pixels }, (_, i) => level(i % 10, Math.floor(i / 10)) / 127.5 - 1);
  const z = Float64Array.from(bias, (b, unit) =>
    x.reduce((total, value, i) => total + value * weight[unit * pixels + i], b),
  );
  const y = z.map((value) => Math.sqrt(1 + Math.max(0, value)) - 1);
  return {
    edges: y,
    sums: Float64Array.from({ length: sums }, (_, unit) =>
      y.reduce((total, value, i) => total + value * sum[unit * edges + i], 0),
    ),
  };
}

describe('a stem of edges', () => {
  test('has four directions at every pixel, and at every third the sums', () => {
    assert.deepEqual([edges, sums], [4 * 120, 4 * 4 * 3]);
    const showcase = planModel(multilayer(784, [6], 3, [], { front: edgeLayers('edges', gray(28, 28)) }));
    assert.deepEqual(
      showcase.layers.map(({ out }) => out),
      [3136, 324, 6, 3],
    );
  });

  test('has 28 places along the longer side of any larger image', () => {
    for (let side = 28; side <= 256; side++) {
      const layers = edgeLayers('edges', gray(side, side));
      const widths = layers.flatMap((layer) => (layer.type === 'Linear' ? [layer.out] : []));
      assert.deepEqual(widths, [3136, 324], `${side}`);
    }
  });

  test('gives 0 for an even gray, black among them', () => {
    for (const level of [0, 25, 180, 255])
      assert.ok(see(() => level).edges.every((value) => Math.abs(value) < 1e-3));
  });

  test('answers each edge by its own direction, and a faint one not much less than a strong one', () => {
    const step = (light: number) => see((x) => (x < 5 ? 0 : light));
    const at = (place: number) => (place * 10 + 5) * 4;
    const strong = step(255).edges.subarray(at(6), at(6) + 4);
    assert.ok(strong[0] > 20 && strong[2] === 0, [...strong].join());
    assert.ok(strong[1] < 0.5 * strong[0] && strong[3] < 0.5 * strong[0], [...strong].join());
    const faint = step(25).edges[at(6)];
    assert.ok(faint > strong[0] / 4 && faint < strong[0] / 3, 'a tenth of the contrast gives a third');
    const fromRight = see((x) => (x < 5 ? 255 : 0)).edges;
    assert.ok(fromRight[at(6) + 2] > 20 && fromRight[at(6)] === 0);
  });

  test('sums hardly change where the image is moved by a pixel', () => {
    const blob = (dx: number) => (x: number, y: number) =>
      255 * Math.max(0, 1 - Math.hypot(x - dx - 5, y - 6) / 4);
    const distance = (a: Float64Array, b: Float64Array) =>
      Math.hypot(...a.map((value, i) => value - b[i])) / Math.hypot(...a);
    const [here, there] = [see(blob(0)), see(blob(1))];
    assert.ok(distance(here.sums, there.sums) < 0.75 * distance(here.edges, there.edges));
  });

  test('has no two units alike', () => {
    const seen = new Set<string>();
    for (let unit = 0; unit < edges; unit++) {
      const own = weight.subarray(unit * pixels, (unit + 1) * pixels).filter((value) => value !== 0);
      assert.ok(own.length >= 4 && own.length <= 25, `${own.length} weights`);
      seen.add(own.join());
    }
    assert.equal(seen.size, edges);
  });

  test('is where a network with it begins; what follows begins as without it', () => {
    const values = initialize(plan, key, 'torch', inputFor(image), 'edges');
    assert.deepEqual(values.get('fc1.weight'), weight);
    assert.deepEqual(values.get('fc1.bias'), bias);
    assert.deepEqual(values.get('fc2.weight'), sum);
    assert.ok(values.get('fc2.bias')?.every((value) => value === 0));
    const plain = initialize(plan, key, 'torch', inputFor(image));
    assert.deepEqual(values.get('fc3.weight'), plain.get('fc3.weight'));
    assert.notDeepEqual(plain.get('fc1.weight'), weight);
  });

  test('gives 0 for black and sees edges of a color image, however its channels are scaled', () => {
    const shape = { height: 12, width: 10, channels: 3 } as const;
    const scaling = { offset: [0.2, 0, 0.9], scale: [0.25, 1, 0.5] };
    const random = new RandomStream(fork(key, 'fc1.weight'));
    const { weight: color, bias: shifts } = edgeWeights('edges', { shape, pixels: scaling }, random);
    assert.deepEqual([color.length, shifts.length], [edges * 360, edges]);
    /** What the edges give for the same gray in all channels, before their root. */
    const answer = (level: (x: number, y: number) => number, unit: number): number =>
      Array.from({ length: 360 }, (_, i) => {
        const channel = Math.floor(i / 120);
        const gray = level(i % 10, Math.floor((i % 120) / 10)) / 255;
        return ((gray - scaling.offset[channel]) / scaling.scale[channel]) * color[unit * 360 + i];
      }).reduce((total, value) => total + value, shifts[unit]);
    const step = (x: number) => (x < 5 ? 0 : 255);
    for (let unit = 0; unit < edges; unit += 7) {
      assert.ok(Math.abs(answer(() => 0, unit)) < 0.01, `unit ${unit} of black`);
      const alone = see(step).edges[unit];
      const found = Math.sqrt(1 + Math.max(0, answer(step, unit))) - 1;
      assert.ok(Math.abs(found - alone) < 0.01, `unit ${unit}: ${found}, in gray ${alone}`);
    }
  });
});
