/** JSON bodies: the first value that is wrong is named, and a million of them cost no more than one. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorOf, ServeBench, SIZE } from '../../test/serve.ts';

const bench = await ServeBench.open('made.safetensors');
const service = await bench.start({ limits: { images: 100 } });

/** An image as text, with some of its first values. */
const imageOf = (...first: readonly string[]): string =>
  `[${[...first, ...Array.from({ length: SIZE - first.length }, () => '0')].join()}]`;

/** A list of a value, many times. */
const many = (value: string, times: number): string => `[${`${value},`.repeat(times - 1)}${value}]`;

describe('a JSON body', () => {
  const cases: readonly [title: string, body: string, expected: [number, string], message: RegExp][] = [
    [
      'a number out of range',
      `{"images": [${imageOf('255')}, ${imageOf('1', '2', '256', '-1')}]}`,
      [400, 'bad_request'],
      /^The JSON body: images\[1\]\[2\] must be a whole number from 0 to 255, not the number 256\.$/,
    ],
    ['half a number', `{"images": [${imageOf('0.5')}]}`, [400, 'bad_request'], /not the number 0\.5/],
    ['a word for a number', `{"images": [${imageOf('"7"')}]}`, [400, 'bad_request'], /not the string "7"/],
    ['a list for a number', `{"images": [${imageOf('[]')}]}`, [400, 'bad_request'], /of type Array/],
    [
      'a number for an image',
      '{"images": [7]}',
      [400, 'bad_request'],
      /images\[0\] must be a list of numbers/,
    ],
    [
      'pictures that are not base64',
      '{"pictures": ["%%%"]}',
      [400, 'bad_request'],
      /pictures\[0\] must be base64, not the string "%%%"/,
    ],
    ['no list', '{}', [400, 'bad_request'], /^The JSON body: it has neither pictures nor images\.$/],
    [
      'an empty list of images',
      '{"images": []}',
      [400, 'bad_request'],
      /^The JSON body: images is an empty list\.$/,
    ],
    [
      'an empty list of pictures',
      '{"pictures": []}',
      [400, 'bad_request'],
      /^The JSON body: pictures is an empty list\.$/,
    ],
    [
      'both lists',
      `{"images": [${imageOf()}], "pictures": []}`,
      [400, 'bad_request'],
      /^The JSON body: it has both pictures and images\.$/,
    ],
    [
      'an unknown key',
      `{"image": [${imageOf()}]}`,
      [400, 'bad_request'],
      /^The JSON body: it has an unknown key "image"\.$/,
    ],
    [
      'an unknown key beside a list',
      `{"images": [${imageOf()}], "invert": "yes"}`,
      [400, 'bad_request'],
      /^The JSON body: it has an unknown key "invert"\.$/,
    ],
    [
      'an object for a list',
      '{"images": {"0": []}}',
      [400, 'bad_request'],
      /^The JSON body: images must be an array, not /,
    ],
    ['a list as the body', '[[0]]', [400, 'bad_request'], /^The JSON body: it must be an object, not /],
    ['a number for a picture', '{"pictures": [7]}', [400, 'bad_request'], /must be base64, not the number 7/],
    [
      'a quarter of a million wrong numbers',
      `{"images": [${many('-1', 250_000)}]}`,
      [422, 'wrong_size'],
      /250000 values/,
    ],
    [
      'a million wrong pictures',
      `{"pictures": ${many('1', 1e6)}}`,
      [413, 'too_many_images'],
      /1000000 images/,
    ],
    ['a million wrong images', `{"images": ${many('1', 1e6)}}`, [413, 'too_many_images'], /1000000 images/],
  ];
  for (const [title, body, expected, message] of cases)
    test(`${title}: ${expected.join(' ')}`, async () => {
      const error = await errorOf(await service.post('models/made/predict', body, 'application/json'));
      assert.deepEqual([error.status, error.code], expected, error.message);
      assert.match(error.message, message);
    });
});
