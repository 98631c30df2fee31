import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { makeInspection } from '../../test/figures/fixture.ts';
import type { PageData } from './page/page.ts';
import { type ImageSheet, layOutImages } from './sheet.ts';

const first = makeInspection({ run: 'first', seed: 7 });
const second = makeInspection({ run: 'second', seed: 7, hidden: [30, 20] });
const ample = 1e9;

/** The pixels at a place of the sheet. */
function imageAtPlace({ uri, data }: ImageSheet, place: number): number[] {
  const { columns, width, height } = data.sheet;
  const png = decode(Buffer.from(uri.replace(/^data:image\/png;base64,/, ''), 'base64'));
  const [left, top] = [(place % columns) * width, Math.floor(place / columns) * height];
  const line = width * png.channels;
  return Array.from({ length: line * height }, (_, i) => {
    const row = top + Math.floor(i / line);
    return png.data[(row * png.width + left) * png.channels + (i % line)];
  });
}

const cellOf = (data: PageData, run: number, actual: number, predicted: number) =>
  data.runs[run].cells[String(actual * data.classNames.length + predicted)];

test('each place of the sheet holds the image that the cells and the maps mean', () => {
  const sheet = layOutImages([first, second], ample);
  let seen = 0;
  for (const [run, inspection] of [first, second].entries()) {
    for (const { actual, predicted, images } of inspection.cells) {
      const { count, places, sureness } = cellOf(sheet.data, run, actual, predicted);
      assert.equal(count, inspection.evaluation.confusion[actual][predicted]);
      assert.equal(places.length, images.length);
      images.slice(0, 1).forEach((image, i) => {
        assert.deepEqual(imageAtPlace(sheet, places[i]), [...image.pixels]);
        assert.equal(sheet.data.numbers[places[i]], image.index);
        assert.equal(sureness[i], Math.round(image.probabilities[predicted] * 1000));
        seen += 1;
      });
    }
    const { places, predicted, labels } = sheet.data.runs[run].map;
    assert.deepEqual([predicted, labels], [[...inspection.map.predicted], [...inspection.map.labels]]);
    assert.deepEqual(
      places.map((place) => sheet.data.numbers[place]),
      [...inspection.map.indices],
    );
    assert.deepEqual(imageAtPlace(sheet, places[5]), [...inspection.mapImages.subarray(5 * 64, 6 * 64)]);
  }
  assert.ok(seen > 40, `${seen} cells`);
});

test('an image that several runs show is there once', () => {
  const once = layOutImages([first], ample);
  const twice = layOutImages([first, first], ample);
  assert.equal(twice.uri, once.uri);
  assert.equal(new Set(twice.data.numbers).size, twice.data.numbers.length);
});

test('where room is short, each cell shows fewer images and still counts all', () => {
  const whole = layOutImages([first], ample);
  const short = layOutImages([first], whole.uri.length - 1);
  const least = layOutImages([first], 0);
  assert.ok(short.uri.length < whole.uri.length);
  for (const [key, { count, places }] of Object.entries(least.data.runs[0].cells)) {
    assert.equal(count, whole.data.runs[0].cells[key].count);
    assert.equal(places.length, 1);
  }
  // What is on the map has its words, and its image only if it is behind a cell as well.
  const { map } = least.data.runs[0];
  assert.deepEqual([map.places.length, map.numbers.length], [80, 80]);
  assert.ok(map.places.includes(-1) && map.places.some((place) => place >= 0));
  map.places.forEach((place, point) => {
    if (place >= 0) assert.equal(least.data.numbers[place], map.numbers[point]);
  });
});

test('large color images are made smaller before any is left out', () => {
  const shape = { height: 96, width: 40, channels: 3 } as const;
  const inspection = makeInspection({ shape });
  const whole = layOutImages([inspection], ample);
  assert.deepEqual([whole.data.sheet.width, whole.data.sheet.height], [40, 96]);
  const sheet = layOutImages([inspection], whole.uri.length / 3);
  assert.deepEqual([sheet.data.sheet.width, sheet.data.sheet.height], [20, 48]);
  assert.deepEqual(sheet.data.runs, whole.data.runs);
  const [image] = inspection.cells[0].images;
  const [red] = imageAtPlace(sheet, sheet.data.runs[0].cells['0'].places[0]);
  const mean = (image.pixels[0] + image.pixels[3] + image.pixels[120] + image.pixels[123]) / 4;
  assert.ok(Math.abs(red - mean) <= 0.5);
});
