/** Preflights: browsers ask whether a page may send a request. They are counted, logged and limited like all other requests. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeImages } from '../../test/model-fixture.ts';
import { errorOf, MADE, ServeBench, SIZE, type TestService, until } from '../../test/serve.ts';

const image = Buffer.from(makeImages(1, SIZE));
const TOKEN = 'a-token-for-tests-1234';

const bench = await ServeBench.open('made.safetensors');

describe('a preflight of a browser', () => {
  const origin = 'https://shop.example.org';
  const ask = async (where: TestService, more: Record<string, string> = {}): Promise<Response> =>
    await where.ask(MADE, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', ...more },
    });

  test('has an id, a line in the log and a count, and needs no token', async () => {
    const shared = await bench.start({ origins: [origin], token: TOKEN });
    const answer = await ask(shared, { 'X-Request-Id': 'a-preflight' });
    assert.deepEqual([answer.status, answer.headers.get('x-request-id')], [204, 'a-preflight']);
    assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    await until(() => shared.log().some(({ requestId }) => requestId === 'a-preflight'));
    const line = shared.log().find(({ requestId }) => requestId === 'a-preflight');
    assert.deepEqual(
      { ...line, ...{ time: 0, ms: 0 } },
      {
        ...{ level: 'info', time: 0, requestId: 'a-preflight', method: 'OPTIONS', route: '*', status: 204 },
        ...{ ms: 0, client: '127.0.0.1', message: 'request' },
      },
    );
    const metrics = await shared.ask('metrics', { headers: { Authorization: `Bearer ${TOKEN}` } });
    assert.match(await metrics.text(), /couture_requests_total\{route="\*",status="204"\} 1$/m);
    // What follows needs one, and the page may read why.
    const refused = await shared.post(MADE, image, undefined, { Origin: origin });
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get('access-control-allow-origin'), origin);
  });

  test('counts for the rate, of which no request is free', async () => {
    const slow = await bench.start({ origins: [origin], token: TOKEN, limits: { clientRate: 5 } });
    const kinds: readonly (() => Promise<Response>)[] = [
      async () => await ask(slow),
      async () => await slow.ask('nowhere'),
      async () => await slow.ask('models'),
      async () => await slow.ask('models', { method: 'DELETE' }),
    ];
    for (const kind of kinds) {
      const statuses = (await Promise.all(Array.from({ length: 20 }, kind))).map(({ status }) => status);
      const refused = statuses.filter((status) => status === 429).length;
      assert.ok(refused >= 10 && refused <= 15, `${statuses}`);
      await new Promise((resolve) => setTimeout(resolve, 1100));
    }
    const last = (await Promise.all(Array.from({ length: 6 }, () => ask(slow)))).find(
      ({ status }) => status === 429,
    );
    assert.equal(last?.headers.get('access-control-allow-origin'), origin);
  });

  test('of a foreign origin, and what is no preflight, is refused', async () => {
    const shared = await bench.start({ origins: [origin] });
    const foreign = await ask(shared, { Origin: 'https://evil.example.org' });
    assert.equal(foreign.headers.get('access-control-allow-origin'), null);
    assert.equal((await errorOf(foreign)).code, 'foreign_origin');
    assert.equal((await errorOf(await shared.ask(MADE, { method: 'OPTIONS' }))).code, 'method_not_allowed');
    assert.equal((await errorOf(await shared.ask('nowhere', { method: 'OPTIONS' }))).code, 'not_found');
  });
});
