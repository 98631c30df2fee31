/** One client opens more connections than the service keeps. Others are answered all the same. */

import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { makeImages } from '../../test/model-fixture.ts';
import { MADE, ServeBench, SIZE, type TestService, until } from '../../test/serve.ts';

const PATH = `/${MADE}`;
const image = Buffer.from(makeImages(1, SIZE));
/** 80 connections. */
const limits = { requests: 20, clientRequests: 5 };
const MOST = 80;

const bench = await ServeBench.open('made.safetensors');

/** Asks from another address of this machine than all other clients here. */
async function askFromElsewhere(service: TestService, agent?: Agent): Promise<number> {
  return await new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host: '127.0.0.1', port: service.port, localAddress: '127.0.0.2', path: PATH, method: 'POST' },
        ...{ agent: agent ?? false, timeout: 2000, headers: { 'Content-Type': 'application/octet-stream' } },
      },
      (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)),
    );
    asked.once('timeout', () => asked.destroy(new Error('no answer within 2 seconds')));
    asked.once('error', reject);
    asked.end(image);
  });
}

const head = `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n`;
const whole = `${head}Content-Length: ${SIZE}\r\n\r\n${image.toString('latin1')}`;
/** What a client sends on a connection that it then holds. */
const slowClients: Readonly<Record<string, string>> = {
  'send nothing': '',
  'send their headers slowly': head,
  'send their bodies slowly': `${head}Content-Length: ${SIZE}\r\n\r\n\0`,
  'keep connections after an answer': whole,
};

const metric = async (service: TestService, name: string): Promise<number> =>
  Number(new RegExp(`^couture_${name} (\\d+)$`, 'm').exec(await (await service.ask('metrics')).text())?.[1]);

// macOS has 127.0.0.1 alone.
const skip = process.platform === 'darwin';
for (const [what, text] of Object.entries(slowClients))
  test(`hundreds of connections that ${what}: another client is answered at once, and keeps its connection`, {
    skip,
  }, async () => {
    const service = await bench.start({ limits });
    const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: '127.0.0.2' });
    assert.equal(await askFromElsewhere(service, agent), 200);
    const kept = new Set(Object.values(agent.freeSockets).flat());
    assert.equal(kept.size, 1);
    const sockets: Socket[] = [];
    let closed = 0;
    for (let i = 0; i < 300; i++) {
      const socket = connect(service.port, '127.0.0.1', () => socket.write(text, 'latin1'));
      socket.on('error', () => {}).on('data', () => {});
      socket.once('close', () => {
        closed += 1;
      });
      sockets.push(socket);
    }
    await until(() => closed >= 300 - MOST);
    for (let i = 0; i < 20; i++) assert.equal(await askFromElsewhere(service), 200);
    assert.equal(await askFromElsewhere(service, agent), 200);
    assert.deepEqual(new Set(Object.values(agent.freeSockets).flat()), kept, 'it has the same connection');
    // The rest of the 300 are still held, within the limit.
    await until(async () => (await metric(service, 'connections')) <= MOST);
    assert.ok((await metric(service, 'connections')) >= MOST - 21);
    assert.ok((await metric(service, 'connections_dropped_total')) >= 220);
    const lines = service.log().filter(({ message }) => message === 'connections full');
    assert.deepEqual(
      lines.map(({ client }) => client),
      ['127.0.0.1'],
      'one line, not hundreds',
    );
    agent.destroy();
    for (const socket of sockets) socket.destroy();
  });

test('requests in progress are answered, whatever else the same client opens', async () => {
  const service = await bench.start({ limits });
  const slow = connect(service.port, '127.0.0.1');
  let answer = '';
  slow.on('data', (part) => {
    answer += part.toString('latin1');
  });
  slow.write(`${head}Content-Length: ${SIZE}\r\n\r\n`);
  await until(async () => (await metric(service, 'requests_in_progress')) === 2);
  const sockets = Array.from({ length: 300 }, () => connect(service.port, '127.0.0.1').on('error', () => {}));
  await until(async () => (await metric(service, 'connections_dropped_total')) >= 200);
  slow.write(image);
  await until(() => answer.startsWith('HTTP/1.1 200'));
  // The one that asks for the metrics, and nothing that was forgotten.
  assert.equal(await metric(service, 'requests_in_progress'), 1);
  for (const socket of [slow, ...sockets]) socket.destroy();
  await until(async () => (await metric(service, 'connections')) <= 2);
});
