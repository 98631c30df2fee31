/** Requests that no client library sends: what is unclear in them is refused, and what follows is answered. */

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { makeImages } from '../../test/model-fixture.ts';
import { MADE, ServeBench, SIZE, sendRaw, until } from '../../test/serve.ts';

const PATH = `/${MADE}`;
const TOKEN = 'a-token-for-tests-1234';
const image = makeImages(1, SIZE);

const bench = await ServeBench.open('made.safetensors');
const service = await bench.start({ names: ['models.example.org'] });

/** The answer to a request of these header lines. */
async function ask(line: string, lines: readonly string[], body = Buffer.alloc(0)): Promise<string> {
  const head = [line, ...lines, 'Connection: close', '', ''].join('\r\n');
  return await sendRaw(service.port, Buffer.concat([Buffer.from(head), body]));
}

const post = async (...lines: readonly string[]): Promise<string> =>
  await ask(
    `POST ${PATH} HTTP/1.1`,
    ['Host: localhost', 'Content-Type: application/octet-stream', `Content-Length: ${SIZE}`, ...lines],
    Buffer.from(image),
  );

describe('a request', () => {
  test('to a whole URL is for the host of this URL', async () => {
    for (const [host, status] of [
      ['localhost', 200],
      ['models.example.org:80', 200],
      ['evil.example.org', 421],
      ['localhost@evil.example.org', 421],
      ['', 421],
    ] as const)
      assert.match(
        await ask(`GET http://${host}/healthz HTTP/1.1`, ['Host: localhost']),
        new RegExp(`^HTTP/1.1 ${status}`),
        host,
      );
    const answer = await ask('DELETE http://localhost/models HTTP/1.1', ['Host: localhost']);
    assert.match(answer, /^HTTP\/1\.1 405[\s\S]*allow: GET, HEAD/i);
  });

  test('with a header twice is not taken for one with the first', async () => {
    assert.match(await post('Host: evil.example.org'), /^HTTP\/1\.1 421/);
    assert.match(await post('Content-Type: image/png'), /^HTTP\/1\.1 415/);
    assert.match(await post(`Content-Length: ${SIZE}`), /^HTTP\/1\.1 400/);
    assert.match(
      await post('Origin: http://localhost', 'Origin: https://evil.example.org'),
      /^HTTP\/1\.1 403/,
    );
    const guarded = await bench.start({ token: TOKEN });
    const twice = `GET /models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n`;
    assert.match(await sendRaw(guarded.port, twice), /^HTTP\/1\.1 401/);
    assert.match(await post(), /^HTTP\/1\.1 200/);
  });

  test('that expects 100-continue is asked for its body after it is admitted, and not before', async () => {
    assert.match(await post('Expect: 100-continue'), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/);
    const large = ['Host: localhost', 'Content-Type: application/octet-stream', 'Expect: 100-continue'];
    const answer = await ask(`POST ${PATH} HTTP/1.1`, [...large, `Content-Length: ${2 ** 30}`]);
    assert.match(answer, /^HTTP\/1\.1 413[\s\S]*x-request-id/i);
    assert.doesNotMatch(answer, /100 Continue/);
    const other = await post('Expect: tea');
    assert.match(other, /^HTTP\/1\.1 400[\s\S]*x-request-id[\s\S]*Expect must be 100-continue/i);
  });

  test('of HTTP/1.0 is answered', async () => {
    assert.match(await ask('GET /healthz HTTP/1.0', ['Host: localhost']), /^HTTP\/1\.1 200[\s\S]*"ok"/);
    assert.match(await ask('GET /healthz HTTP/1.0', []), /^HTTP\/1\.1 421/);
  });

  test('for a name with odd characters is one for a model that does not exist', async () => {
    for (const name of ['ma%2fde', '..%2fmade', 'made%00', '%E2%80%AEmade', '__proto__', 'made%0d%0aX-A:b']) {
      const answer = await ask(`POST /models/${name}/predict HTTP/1.1`, [
        'Host: localhost',
        'Content-Type: application/octet-stream',
        'Content-Length: 0',
      ]);
      assert.match(answer, /^HTTP\/1\.1 404[\s\S]*There is no model/, name);
      assert.match(answer, /^[\x20-\x7e\r\n]*$/, name);
      assert.doesNotMatch(answer, /^X-A/m, name);
    }
  });

  test('with one method more than a route has is 405, and nothing is echoed', async () => {
    for (const method of ['TRACE', 'OPTIONS', 'PUT', 'QUERY', 'PROPFIND']) {
      const answer = await ask(`${method} /healthz HTTP/1.1`, ['Host: localhost', 'X-Secret: 12345']);
      assert.match(answer, /^HTTP\/1\.1 405[\s\S]*allow: GET, HEAD/i, method);
      assert.doesNotMatch(answer, /12345/);
    }
  });

  test('with too many headers, or trailers, is 431', async () => {
    assert.match(await post(...Array(3000).fill('a: b')), /^HTTP\/1\.1 431 Request Header Fields Too Large/);
    const chunked = [
      'Host: localhost',
      'Content-Type: application/octet-stream',
      'Transfer-Encoding: chunked',
    ];
    const body = Buffer.from(`c\r\n${'x'.repeat(SIZE)}\r\n0\r\n${'a: b\r\n'.repeat(10_000)}\r\n`);
    assert.match(await ask(`POST ${PATH} HTTP/1.1`, chunked, body), /^HTTP\/1\.1 431/);
  });
});

describe('a connection', () => {
  test('that is lost takes all of its requests with it, those that wait for others as well', async () => {
    const own = await bench.start();
    const one = `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: ${SIZE}\r\n\r\n`;
    const slow = one.replace(`Length: ${SIZE}`, 'Length: 1200');
    const progress = async (): Promise<number> =>
      Number(/requests_in_progress (\d+)/.exec(await (await own.ask('metrics')).text())?.[1]);
    const many = Buffer.concat(
      Array.from({ length: 50 }, () => Buffer.concat([Buffer.from(one), Buffer.from(image)])),
    );
    const socket = connect(own.port, '127.0.0.1').on('error', () => {});
    socket.write(Buffer.concat([many, Buffer.from(slow)]));
    await until(() => own.log().filter(({ status }) => status === 200).length >= 50);
    assert.equal(await progress(), 2);
    socket.destroy();
    await until(async () => (await progress()) === 1);
  });

  test('without a request, or with an endless one, is closed', async () => {
    const strict = await bench.start({ limits: { receiveSeconds: 1 } });
    const started = performance.now();
    const answers = await Promise.all(
      ['', 'GET / HTTP/1.1\r\nHost: localhost\r\n'].map((text) => sendRaw(strict.port, text, 9000)),
    );
    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 408[\s\S]*slow_request/);
    assert.ok(performance.now() - started < 8000);
  });
});
