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
  return Array.from(
    { length: width * height },
    (_, i) => png.data[(top + Math.floor(i / width)) * png.width + left + (i % width)],
  );
}

const cellOf = (data: PageData, run: number, actual: number, predicted: number) =>
  data.runs[run].cells[actual * data.classNames.length + predicted];

test('each place of the sheet holds the image that the cells and the maps mean', () => {
  const sheet = layOutImages([first, second], ample);
  let seen = 0;
  for (const [run, inspection] of [first, second].entries()) {
    inspection.cells.forEach((row, actual) => {
      row.forEach((cell, predicted) => {
        const { count, places, sureness } = cellOf(sheet.data, run, actual, predicted);
        assert.equal(count, inspection.evaluation.confusion[actual][predicted]);
        assert.equal(places.length, cell.length);
        cell.slice(0, 1).forEach((image, i) => {
          assert.deepEqual(imageAtPlace(sheet, places[i]), [...image.pixels]);
          assert.equal(sheet.data.numbers[places[i]], image.index);
          assert.equal(sheet.data.labels[places[i]], actual);
          assert.equal(sureness[i], Math.round(image.probabilities[predicted] * 1000));
          seen += 1;
        });
      });
    });
    const { places, predicted } = sheet.data.runs[run].map;
    assert.deepEqual(predicted, [...inspection.map.predicted]);
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
  for (const [i, { count, places }] of least.data.runs[0].cells.entries()) {
    assert.equal(count, whole.data.runs[0].cells[i].count);
    assert.equal(places.length, Math.min(1, count));
  }
  assert.equal(least.data.runs[0].map.places.length, first.map.labels.length);
});
