/** The rules of the service: who may ask, how much, and what is logged and counted. */

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { makeImages } from '../../test/model-fixture.ts';
import { errorOf, MADE, ServeBench, SIZE, sendRaw, until } from '../../test/serve.ts';
import { refusals } from './refusals.ts';
import { healthAnswer, modelsAnswer, readyAnswer } from './schemas.ts';

const image = Buffer.from(makeImages(1, SIZE));
const TOKEN = 'a-token-for-tests-1234';

const bench = await ServeBench.open('made.safetensors');
const service = await bench.start();

/** The status of a request for a path under a Host header. */
async function statusUnder(port: number, host: string, path = '/healthz'): Promise<number> {
  const answer = await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

describe('routes', () => {
  test('GET /models, /healthz and /readyz answer as the schemas say', async () => {
    const { models } = modelsAnswer.parse(await (await service.ask('models')).json());
    assert.deepEqual(
      models.map(({ address, isDefault, problem }) => [address, isDefault, problem]),
      [['made', true, null]],
    );
    healthAnswer.parse(await (await service.ask('healthz')).json());
    assert.equal(readyAnswer.parse(await (await service.ask('readyz')).json()).status, 'ready');
  });

  test('/openapi.json is valid OpenAPI 3.1 and describes every route and every error', async () => {
    const description = (await (await service.ask('openapi.json')).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
    };
    const { valid, errors } = await new Validator().validate(structuredClone(description));
    assert.ok(valid, JSON.stringify(errors));
    for (const path of Object.keys(description.paths)) {
      const response = await service.ask(path.replace('{name}', 'made').slice(1), { method: 'PATCH' });
      const { code } = await errorOf(response);
      assert.equal(code, 'method_not_allowed', path);
      assert.ok(response.headers.get('allow'));
    }
    const all = JSON.stringify(description);
    const told = Object.keys(refusals).filter((code) => !all.includes(`\`${code}\``));
    // One that no described route answers with, and one that no client gets to read.
    assert.deepEqual(told, ['method_not_allowed', 'unread_answer']);
  });

  test('the page loads its own files alone, and works without a token', async () => {
    const guarded = await bench.start({ token: TOKEN });
    const page = await guarded.ask('');
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    const text = await page.text();
    for (const [, path] of text.matchAll(/(?:src|href)="([^"#]+)"/g)) {
      if (path === 'data:,') continue;
      const { status } = await guarded.ask(path);
      assert.ok(status === 200 || ['models', 'metrics'].includes(path), `${path}: ${status}`);
    }
  });

  test('what does not exist is 404, whatever is sent there', async () => {
    assert.deepEqual(await errorOf(await service.ask('nowhere')).then(({ code }) => code), 'not_found');
    const posted = await errorOf(await service.post('nowhere', 'text', 'text/plain'));
    assert.deepEqual([posted.status, posted.code], [404, 'not_found']);
  });

  test('what has no valid path is refused like everything else: headers, id, code and log', async () => {
    for (const path of ['%zz', 'models/%e0%a4%a/predict', `models/${'x'.repeat(201)}/predict`]) {
      const own = await bench.start();
      const response = await own.post(path, image);
      const id = response.headers.get('x-request-id');
      assert.ok(id, path);
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      const error = await errorOf(response);
      assert.deepEqual([error.status, error.code], [400, 'bad_request'], path);
      assert.match(error.message, /The path of the request is not valid/);
      await until(() => own.log().some(({ requestId, code }) => requestId === id && code === 'bad_request'));
      assert.match(
        await (await own.ask('metrics')).text(),
        /couture_refused_total\{code="bad_request"\} 1$/m,
      );
      assert.equal(await statusUnder(own.port, 'example.org', `/${path}`), 421);
    }
  });

  test('under the name localhost, one server listens, which has the limits', async () => {
    const named = await bench.start({ host: 'localhost' });
    assert.equal(named.url, `http://127.0.0.1:${named.port}/`);
    assert.equal((await named.ask('healthz')).status, 200);
    const other = connect(named.port, '::1');
    const ended = await new Promise((resolve) => {
      other.once('connect', () => resolve('connected'));
      other.once('error', () => resolve('refused'));
    });
    assert.equal(ended, 'refused');
  });
});

describe('who may ask', () => {
  test('only names of this machine, and those that were allowed', async () => {
    const named = await bench.start({ names: ['models.example.org'] });
    for (const host of [
      'localhost',
      `127.0.0.1:${named.port}`,
      '[::1]:1',
      'models.example.org',
      'MODELS.example.org:443',
    ])
      assert.equal(await statusUnder(named.port, host), 200, host);
    for (const host of ['example.org', 'x.models.example.org', '10.0.0.1', 'localhost.example.org'])
      assert.equal(await statusUnder(named.port, host), 421, host);
    await until(() => named.log().some(({ code, requestId }) => code === 'wrong_host' && requestId !== ''));
    const open = await bench.start({ host: '0.0.0.0' });
    assert.equal(await statusUnder(open.port, '10.0.0.1'), 200);
    assert.equal(await statusUnder(open.port, 'example.org'), 421);
  });

  test('with the token, whose parts and neighbors are refused', async () => {
    const guarded = await bench.start({ token: TOKEN });
    const asked = (authorization?: string) =>
      guarded.post(
        MADE,
        image,
        undefined,
        authorization === undefined ? {} : { Authorization: authorization },
      );
    for (const wrong of [
      undefined,
      '',
      'Bearer',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
      TOKEN,
    ]) {
      const response = await asked(wrong);
      assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer/);
      assert.equal((await errorOf(response)).code, 'unauthorized', wrong);
    }
    assert.equal((await asked(`Bearer ${TOKEN}`)).status, 200);
    assert.equal((await asked(`bearer  ${TOKEN}`)).status, 200);
    // Load balancers have none.
    assert.equal((await guarded.ask('readyz')).status, 200);
    for (const path of ['models', 'metrics']) assert.equal((await guarded.ask(path)).status, 401, path);
    assert.doesNotMatch(JSON.stringify(guarded.log()), new RegExp(TOKEN));
  });

  test('a client behind the proxy has the address that the proxy added, not one that it wrote itself', async () => {
    const proxied = await bench.start({ behindProxy: true });
    await proxied.post(MADE, image, undefined, { 'X-Forwarded-For': '203.0.113.1, 192.0.2.7' });
    await until(() => proxied.log().some(({ client }) => client === '192.0.2.7'));
  });

  test('pages of the allowed origins', async () => {
    const origin = 'https://shop.example.org';
    const shared = await bench.start({ origins: [origin] });
    const answer = await shared.post(MADE, image, undefined, { Origin: origin });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    const preflight = await shared.ask(MADE, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      },
    });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Content-Type/i);
    const exposed = (answer.headers.get('access-control-expose-headers') ?? '').toLowerCase().split(', ');
    const octets = await shared.post(MADE, image, undefined, {
      ...{ Origin: origin, Accept: 'application/octet-stream' },
      ...{ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1' },
    });
    for (const [name] of octets.headers)
      if (/^x-(?!content-type)|^trace/.test(name)) assert.ok(exposed.includes(name), name);
    assert.ok(octets.headers.has('x-revision') && octets.headers.has('tracestate'));
    for (const [which, other] of [
      [shared, 'https://evil.example.org'],
      [service, origin],
      [service, 'null'],
    ] as const) {
      const refused = await which.post(MADE, image, undefined, { Origin: other });
      assert.equal((await errorOf(refused)).code, 'foreign_origin');
      assert.notEqual(refused.headers.get('access-control-allow-origin'), other);
    }
    assert.equal(
      (await service.post(MADE, image, undefined, { Origin: new URL(service.url).origin })).status,
      200,
    );
  });
});

describe('what is told', () => {
  test('the id of a request is in its answer, its errors and the log; a trace is passed on', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await service.post(`${MADE}?seen=perhaps`, image, undefined, {
      ...{ 'X-Request-Id': 'from-a-test', traceparent, tracestate: 'vendor=1' },
    });
    assert.equal(answer.headers.get('x-request-id'), 'from-a-test');
    assert.equal(answer.headers.get('traceparent'), traceparent);
    assert.equal(answer.headers.get('tracestate'), 'vendor=1');
    assert.match(await answer.text(), /"requestId":"from-a-test"/);
    await until(() => service.log().some(({ requestId }) => requestId === 'from-a-test'));
    const line = service.log().find(({ requestId }) => requestId === 'from-a-test') ?? {};
    const { time, ms, ...rest } = line;
    assert.ok(!Number.isNaN(Date.parse(String(time))) && Number(ms) > 0);
    assert.deepEqual(rest, {
      ...{
        level: 'info',
        requestId: 'from-a-test',
        method: 'POST',
        route: '/models/:name/predict',
        status: 400,
      },
      ...{ code: 'bad_request', client: '127.0.0.1', message: 'request' },
      ...{ traceId: '0af7651916cd43dd8448eb211c80319c', parentId: 'b7ad6b7169203331' },
    });
    for (const wrong of ['x'.repeat(65), 'a b', 'a"b']) {
      const other = await service.ask('healthz', {
        headers: { 'X-Request-Id': wrong, traceparent: '00-0-0-0' },
      });
      assert.notEqual(other.headers.get('x-request-id'), wrong);
      assert.equal(other.headers.get('traceparent'), null);
    }
  });

  test('the log has facts of a request, and nothing of its images', async () => {
    const logged = await bench.start();
    const marked = Buffer.from('SECRETSECRET');
    await logged.post(MADE, marked);
    await logged.post(MADE, `{"images": "${marked}"}`, 'application/json');
    await until(() => logged.log().filter(({ message }) => message === 'request').length === 2);
    const [first] = logged.log().filter(({ message }) => message === 'request');
    const { model, images, status } = first;
    assert.deepEqual([model, images, status], ['made', 1, 200]);
    assert.doesNotMatch(JSON.stringify(logged.log()), /SECRET|U0VDUkVU|83,69,67/);
    const silent = await bench.start({ logLevel: 'error' });
    await silent.post(MADE, image);
    await silent.close();
    assert.deepEqual(silent.log(), []);
  });

  test('the metrics count requests, images, batches and errors', async () => {
    const counted = await bench.start();
    await Promise.all(Array.from({ length: 10 }, () => counted.post(MADE, Buffer.concat([image, image]))));
    await counted.post(MADE, 'x');
    const { headers } = await counted.ask('metrics');
    assert.match(headers.get('content-type') ?? '', /^text\/plain; version=/);
    const text = await (await counted.ask('metrics')).text();
    // Without the first answer, of zeros, which was made before the service started.
    assert.match(text, /^couture_images_total\{model="made"\} 20$/m);
    assert.match(text, /^couture_requests_total\{route="\/models\/:name\/predict",status="200"\} 10$/m);
    assert.match(text, /^couture_refused_total\{code="wrong_size"\} 1$/m);
    assert.match(text, /^couture_batch_images_count\{model="made"\} \d+$/m);
    assert.match(text, /^couture_model_info\{model="made",revision="[0-9a-f]{12}"\} 1$/m);
    assert.match(text, /^couture_ready 1$/m);
    assert.match(text, /^process_resident_memory_bytes \d+/m);
  });
});
