/** The form of requests and answers: encodings of bodies, Accept, and queries that would have no effect. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { makeImages } from '../../test/model-fixture.ts';
import { errorOf, MADE, ServeBench, SIZE, sendRaw } from '../../test/serve.ts';

const OCTETS = 'application/octet-stream';
const JSON_TYPE = 'application/json';
const image = Buffer.from(makeImages(1, SIZE));
const boot = await readFile(fileURLToPath(new URL('../../examples/pictures/boot.png', import.meta.url)));

const bench = await ServeBench.open('made.safetensors');
const service = await bench.start();

describe('Accept', () => {
  const cases: readonly [accept: string, type: string][] = [
    [OCTETS, OCTETS],
    ['Application/Octet-Stream', OCTETS],
    [`${OCTETS}, */*`, OCTETS],
    [`*/*, ${OCTETS}`, OCTETS],
    [`${JSON_TYPE};q=0.5, ${OCTETS}`, OCTETS],
    [`text/html, ${OCTETS};q=0.9, */*;q=0.1`, OCTETS],
    [`${OCTETS};q=0.5, */*`, JSON_TYPE],
    [`${OCTETS};q=0, */*`, JSON_TYPE],
    [`${JSON_TYPE}, ${OCTETS}`, JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['text/html', JSON_TYPE],
    [`${'text/html, '.repeat(1000)}${OCTETS}`, OCTETS],
  ];
  for (const [accept, type] of cases)
    test(`${accept.slice(0, 70)}: ${type}`, async () => {
      const response = await service.post(MADE, image, undefined, { Accept: accept });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type')?.split(';')[0], type);
      const { byteLength } = await response.arrayBuffer();
      // Three probabilities as float32, or a text.
      assert.equal(byteLength === 12, type === OCTETS);
    });
});

describe('a query that would have no effect', () => {
  const pixels = { body: image, type: OCTETS, accept: '*/*' };
  const numbers = { ...pixels, body: Buffer.from(JSON.stringify({ images: [[...image]] })), type: JSON_TYPE };
  const picture = { ...pixels, body: boot, type: 'image/png' };
  const probabilities = { ...pixels, accept: OCTETS };
  const cases: readonly [query: string, request: typeof pixels, message: RegExp][] = [
    ['invert=yes', pixels, /invert has no effect on prepared images/],
    ['invert=no', numbers, /invert has no effect on prepared images/],
    [
      'seen=true',
      probabilities,
      /seen=true has no effect on an answer of the type application\/octet-stream/,
    ],
    ['unknownBelow=1', probabilities, /unknownBelow has no effect on an answer/],
    ['unlike=true', probabilities, /unlike=true has no effect on an answer/],
    ['unlike=true', picture, /unlike=true has no effect on this model, which has no description/],
    ['seen=true&seen=true', picture, /"seen" appears twice/],
  ];
  for (const [query, { body, type, accept }, message] of cases)
    test(`${query} for ${type}, ${accept}: 400`, async () => {
      const error = await errorOf(await service.post(`${MADE}?${query}`, body, type, { Accept: accept }));
      assert.deepEqual([error.status, error.code], [400, 'bad_request']);
      assert.match(error.message, message);
    });

  test('is refused for a form of prepared images, and not for one of pictures', async () => {
    const send = async (bytes: Buffer): Promise<Response> => {
      const form = new FormData();
      form.set('file', new Blob([Uint8Array.from(bytes)], { type: OCTETS }), 'file.bin');
      return await service.ask(`${MADE}?invert=yes`, { method: 'POST', body: form });
    };
    assert.match((await errorOf(await send(image))).message, /invert has no effect/);
    assert.equal((await send(boot)).status, 200);
  });

  test('and what an answer follows anyway is allowed', async () => {
    for (const query of ['seen=false', 'unlike=false', 'seen=false&unlike=false']) {
      const response = await service.post(`${MADE}?${query}`, image, undefined, { Accept: OCTETS });
      assert.equal(response.status, 200, query);
    }
  });

  test('a number is one, and nothing else is', async () => {
    for (const [text, isNumber] of [
      ...(['0', '1', '0.5', '.5', '1.', '1e-1', '0.000'] as const).map((each) => [each, true] as const),
      ...(['', '%20', '0x1', '0b1', 'NaN', '-0', 'true', '1_0'] as const).map(
        (each) => [each, false] as const,
      ),
    ]) {
      const response = await service.post(`${MADE}?unknownBelow=${text}`, image);
      assert.equal(response.status, isNumber ? 200 : 400, text);
      if (!isNumber) assert.match((await errorOf(response)).message, /unknownBelow must be a number, not/);
    }
  });
});

describe('an encoded body', () => {
  test('is not taken for its bytes: 415', async () => {
    // Of the size of an image: it was answered once.
    for (const coding of ['gzip', 'br', 'deflate', 'identity, gzip', 'x'.repeat(9)]) {
      const response = await service.post(MADE, image, OCTETS, { 'Content-Encoding': coding });
      assert.equal(response.headers.get('accept-encoding'), 'identity');
      const error = await errorOf(response);
      assert.deepEqual([error.status, error.code], [415, 'unsupported_type'], coding);
      assert.match(error.message, /Content-Encoding/);
    }
    const zipped = gzipSync(boot);
    const error = await errorOf(
      await service.post(MADE, zipped, 'image/png', { 'Content-Encoding': 'gzip' }),
    );
    assert.equal(error.status, 415);
    assert.equal((await service.post(MADE, image, OCTETS, { 'Content-Encoding': 'Identity' })).status, 200);
  });

  test('nor one whose encoding is that of its way', async () => {
    const head = `POST /${MADE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${OCTETS}\r\nConnection: close\r\n`;
    const body = `\r\nc\r\n${'x'.repeat(SIZE)}\r\n0\r\n\r\n`;
    const answer = await sendRaw(service.port, `${head}Transfer-Encoding: gzip, chunked\r\n${body}`);
    assert.match(answer, /^HTTP\/1\.1 415[\s\S]*The Transfer-Encoding of the body must be chunked/);
    assert.match(
      await sendRaw(service.port, `${head}Transfer-Encoding: Chunked\r\n${body}`),
      /^HTTP\/1\.1 200/,
    );
  });

  test('nor a file of a form', async () => {
    for (const [encoding, status] of [
      ['base64', 400],
      ['quoted-printable', 400],
      ['binary', 200],
      ['8BIT', 200],
    ] as const) {
      const head = `Content-Disposition: form-data; name="a"; filename="a"\r\nContent-Type: ${OCTETS}\r\nContent-Transfer-Encoding: ${encoding}`;
      const form = `--x\r\n${head}\r\n\r\nAAAABBBBCCCC\r\n--x--\r\n`;
      const response = await service.post(MADE, form, 'multipart/form-data; boundary=x');
      assert.equal(response.status, status, encoding);
      if (status === 400) assert.match((await errorOf(response)).message, /Content-Transfer-Encoding/);
    }
  });
});
