/** Predictions of the service: every kind of body gives what the library gives, and nothing else. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeImages } from '../../test/model-fixture.ts';
import { errorOf, MADE, ServeBench, SIZE } from '../../test/serve.ts';
import { load } from '../platform/node/load.ts';
import { type PredictAnswer, predictAnswer } from './schemas.ts';

const boot = fileURLToPath(new URL('../../examples/pictures/boot.png', import.meta.url));

const bench = await ServeBench.open();
const ours = await load(await bench.write('made.safetensors'), { backend: 'cpu', threads: 1 });
const service = await bench.start({ limits: { images: 100 } });
after(async () => {
  await ours.dispose();
});

async function answerOf(response: Response): Promise<PredictAnswer> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return predictAnswer.parse(JSON.parse(text));
}

describe('a prediction', () => {
  test('of prepared images, one or many, has the bits of the library', async () => {
    for (const count of [1, 2, 65, 100]) {
      const images = makeImages(count, SIZE, count);
      const each = Array.from({ length: count }, (_, i) => images.subarray(i * SIZE, (i + 1) * SIZE));
      const answer = await answerOf(await service.post(MADE, Buffer.from(images)));
      assert.deepEqual(answer.predictions, await ours.predictMany(each), `${count} images`);
      assert.deepEqual(answer.classNames, ours.classNames);
      assert.deepEqual(answer.shape, ours.shape);
    }
  });

  test('of a picture has its preparation, and with seen=true the image that the network saw', async () => {
    const bytes = await readFile(boot);
    const { pixels, facts } = await ours.prepare(bytes);
    const response = await service.post(`${MADE}?seen=true&unknownBelow=0.99`, bytes, 'image/png');
    const expected = await ours.predict(pixels, { unknownBelow: 0.99 });
    const seen = Buffer.from(pixels).toString('base64');
    assert.deepEqual((await answerOf(response)).predictions, [{ prepared: facts, ...expected, seen }]);
    const inverted = await answerOf(await service.post(`${MADE}?invert=yes`, bytes, 'image/png'));
    assert.equal(inverted.predictions[0].prepared?.inverted, true);
  });

  test('of JSON and of multipart files is the same', async () => {
    const bytes = await readFile(boot);
    const one = (await answerOf(await service.post(MADE, bytes, 'image/png'))).predictions[0];
    const pictures = JSON.stringify({ pictures: [bytes.toString('base64'), bytes.toString('base64')] });
    const json = await answerOf(await service.post(MADE, pictures, 'application/json'));
    assert.deepEqual(json.predictions, [one, one]);
    const form = new FormData();
    form.set('first', new Blob([bytes], { type: 'image/png' }), 'boot.png');
    form.set('second', new Blob([bytes], { type: 'application/octet-stream' }), 'naïve boot.bin');
    const files = await answerOf(await service.ask(MADE, { method: 'POST', body: form }));
    assert.deepEqual(
      files.predictions.map(({ source, ...rest }) => [source, rest]),
      [
        ['boot.png', one],
        ['naïve boot.bin', one],
      ],
    );
    const image = makeImages(1, SIZE);
    const numbers = JSON.stringify({ images: [[...image]] });
    const raw = await answerOf(await service.post(MADE, numbers, 'application/json'));
    assert.deepEqual(raw.predictions, [await ours.predict(image)]);
    const rawForm = new FormData();
    rawForm.set('images', new Blob([Buffer.from(makeImages(3, SIZE))], { type: 'application/octet-stream' }));
    assert.equal(
      (await answerOf(await service.ask(MADE, { method: 'POST', body: rawForm }))).predictions.length,
      3,
    );
  });

  test('as bytes, on request: the same probabilities as float32', async () => {
    const images = makeImages(5, SIZE, 3);
    const accept = { Accept: 'application/octet-stream' };
    const response = await service.post(MADE, Buffer.from(images), undefined, accept);
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    assert.equal(response.headers.get('x-model'), 'made');
    assert.match(response.headers.get('x-revision') ?? '', /^[0-9a-f]{12}$/);
    const each = Array.from({ length: 5 }, (_, i) => images.subarray(i * SIZE, (i + 1) * SIZE));
    const expected = (await ours.predictMany(each)).flatMap(({ probabilities }) => probabilities);
    assert.deepEqual([...new Float32Array(await response.arrayBuffer())], expected);
  });

  test('answers overlapping requests each with its own images', async () => {
    const asked = Array.from({ length: 200 }, (_, i) => makeImages(1 + (i % 5), SIZE, i));
    const answers = await Promise.all(
      asked.map(async (images) => await answerOf(await service.post(MADE, Buffer.from(images)))),
    );
    for (const [i, { predictions }] of answers.entries()) {
      const expected = await ours.logProbabilities(asked[i]);
      assert.equal(predictions.length, asked[i].length / SIZE);
      for (const [k, { probabilities }] of predictions.entries())
        for (const [c, share] of probabilities.entries())
          assert.ok(Math.abs(Math.log(share) - expected[k * 3 + c]) < 1e-5, `request ${i}, image ${k}`);
    }
  });

  test('says how far an image is from the training images, where the model knows them', async () => {
    const models = [{ name: 'compact', version: undefined, source: 'compact' }];
    const compact = await bench.start({ models });
    const bytes = await readFile(boot);
    const { unlike } = (await answerOf(await compact.post('models/compact/predict', bytes, 'image/png')))
      .predictions[0];
    assert.ok(
      unlike && unlike.score > 0 && unlike.unlike === unlike.score > unlike.limit,
      JSON.stringify(unlike),
    );
    const without = await answerOf(
      await compact.post('models/compact/predict?unlike=false', bytes, 'image/png'),
    );
    assert.equal(without.predictions[0].unlike, undefined);
  });
});

describe('a request that cannot be answered', () => {
  const png = 'image/png';
  const json = 'application/json';
  const cases: readonly [
    title: string,
    body: BodyInit,
    type: string,
    query: string,
    expected: [number, string, RegExp],
  ][] = [
    ['no images', '', 'application/octet-stream', '', [422, 'wrong_size', /no body/]],
    [
      'half an image',
      new Uint8Array(18),
      'application/octet-stream',
      '',
      [422, 'wrong_size', /18 bytes .* 12 \(4 x 3 x 1\)/],
    ],
    [
      'too many images',
      new Uint8Array(101 * SIZE),
      'application/octet-stream',
      '',
      [413, 'too_many_images', /101 images.*100/],
    ],
    ['a text', 'hello', 'text/plain', '', [415, 'unsupported_type', /Content-Type/]],
    ['no type', 'hello', '', '', [415, 'unsupported_type', /Content-Type/]],
    ['a page as PNG', '<!doctype html>', png, '', [415, 'unsupported_type', /web page/]],
    [
      'a truncated PNG',
      Buffer.from('89504e470d0a1a0a0000', 'hex'),
      png,
      '',
      [422, 'unreadable_image', /truncated/],
    ],
    [
      'an unknown query',
      new Uint8Array(SIZE),
      'application/octet-stream',
      '?sen=true',
      [400, 'bad_request', /unknown key "sen"/],
    ],
    [
      'a wrong word',
      new Uint8Array(SIZE),
      'application/octet-stream',
      '?invert=maybe',
      [400, 'bad_request', /invert must be/],
    ],
    [
      'a wrong share',
      new Uint8Array(SIZE),
      'application/octet-stream',
      '?unknownBelow=2',
      [400, 'bad_request', /unknownBelow/],
    ],
    ['broken JSON', '{"images": [', json, '', [400, 'bad_request', /line 1, column/]],
    ['JSON with a key twice', '{"images": [], "images": []}', json, '', [400, 'bad_request', /twice/]],
    ['JSON of another kind', '[]', json, '', [400, 'bad_request', /JSON body/]],
    [
      'numbers of another size',
      '{"images": [[1, 2]]}',
      json,
      '',
      [422, 'wrong_size', /images\[0\] has 2 values/],
    ],
    [
      'a picture that is text',
      '{"pictures": ["aGVsbG8="]}',
      json,
      '',
      [415, 'unsupported_type', /pictures\[0\] is text/],
    ],
    [
      'a form without files',
      '--x--',
      'multipart/form-data; boundary=x',
      '',
      [400, 'bad_request', /multipart/],
    ],
    [
      'a form whose part has no name and is no picture',
      '--x\r\nContent-Disposition: form-data\r\nContent-Type: application/octet-stream\r\n\r\nhello\r\n--x--\r\n',
      'multipart/form-data; boundary=x',
      '',
      [415, 'unsupported_type', /The image without a name is text/],
    ],
    ['a form without a boundary', 'x', 'multipart/form-data', '', [400, 'bad_request', /multipart/]],
  ];
  for (const [title, body, type, query, [status, code, message]] of cases)
    test(`${title}: ${status} ${code}`, async () => {
      const error = await errorOf(await service.post(MADE + query, body, type));
      assert.deepEqual([error.status, error.code], [status, code], error.message);
      assert.match(error.message, message);
      assert.doesNotMatch(JSON.stringify(error), new RegExp(bench.folder));
    });

  test('the number of files of a form is limited', async () => {
    const form = new FormData();
    for (let i = 0; i < 101; i++) form.append('file', new Blob([new Uint8Array(SIZE)]), `${i}.bin`);
    const error = await errorOf(await service.ask(MADE, { method: 'POST', body: form }));
    assert.deepEqual([error.status, error.code], [413, 'too_many_images'], error.message);
    const field = new FormData();
    field.set('invert', 'yes');
    const other = await errorOf(await service.ask(MADE, { method: 'POST', body: field }));
    assert.match(other.message, /"invert" is not a file/);
  });

  test('a model that does not exist, with the models that do', async () => {
    const error = await errorOf(await service.post('models/maid/predict', new Uint8Array(SIZE)));
    assert.deepEqual([error.status, error.code], [404, 'not_found']);
    assert.match(error.hint, /made/);
  });

  test('a hostile picture, before its pixels are allocated', async () => {
    const { hostilePictures } = await import('../../test/hostile-pictures.ts');
    const before = process.memoryUsage.rss();
    for (const { name, bytes, code } of await hostilePictures()) {
      const error = await errorOf(await service.post(MADE, bytes, png));
      assert.equal(error.code, code, `${name}: ${error.message}`);
    }
    assert.ok(process.memoryUsage.rss() - before < 150e6);
    await answerOf(await service.post(MADE, new Uint8Array(SIZE)));
  });

  test('a picture beyond the limit of the service', async () => {
    const { default: sharp } = await import('sharp');
    const large = sharp({ create: { width: 1100, height: 1000, channels: 3, background: 'red' } });
    const strict = await bench.start({ limits: { megapixels: 1 } });
    const error = await errorOf(await strict.post(MADE, await large.png().toBuffer(), png));
    assert.deepEqual([error.status, error.code], [422, 'image_too_large']);
    assert.match(error.message, /1100 x 1000 pixels, more than 1 million/);
  });
});
