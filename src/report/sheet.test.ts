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

/** The places of the images that a run puts into a cell. */
const placesOf = ({ labels, runs }: PageData, run: number, actual: number, predicted: number): number[] =>
  labels.flatMap((label, place) =>
    label === actual && runs[run].predicted[place] === predicted ? [place] : [],
  );

test('each place of the sheet holds the image that the cells and the maps mean', () => {
  const sheet = layOutImages([first, second], ample);
  const { classNames, numbers, runs } = sheet.data;
  let seen = 0;
  for (const [run, inspection] of [first, second].entries()) {
    const { confusion } = inspection.evaluation;
    for (const { actual, predicted, images } of inspection.cells) {
      const count = runs[run].counts[String(actual * classNames.length + predicted)];
      assert.equal(count, confusion[actual][predicted]);
      const places = placesOf(sheet.data, run, actual, predicted);
      assert.ok(places.length >= images.length && places.length <= count);
      for (const image of images.slice(0, 1)) {
        const place = places.find((each) => numbers[each] === image.index);
        assert.ok(place !== undefined, `image ${image.index} is not on the sheet`);
        assert.deepEqual(imageAtPlace(sheet, place), [...image.pixels]);
        assert.equal(
          runs[run].confidence[place],
          Math.round(Math.fround(image.probabilities[predicted]) * 10_000),
        );
        seen += 1;
      }
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
  assert.deepEqual(least.data.runs[0].counts, whole.data.runs[0].counts);
  assert.ok(least.data.numbers.length < short.data.numbers.length);
  for (const { actual, predicted } of first.cells)
    assert.ok(placesOf(least.data, 0, actual, predicted).length >= 1, 'one image of each cell at least');
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
  const place = sheet.data.numbers.indexOf(image.index);
  const [red] = imageAtPlace(sheet, place);
  const mean = (image.pixels[0] + image.pixels[3] + image.pixels[120] + image.pixels[123]) / 4;
  assert.ok(Math.abs(red - mean) <= 0.5);
});
