/** Clients that do not take their answers: their connections are closed, and they hold a limited amount of memory until then. */

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { makeImages, makeInfo, makeNetwork } from '../../test/model-fixture.ts';
import { ServeBench, SIZE, sendRaw, type TestService, until } from '../../test/serve.ts';
import { multilayer } from '../model/spec.ts';

const CLASSES = 1000;
const PATH = '/models/wide/predict';
/** An answer has about 20 bytes for each class: 30 MB, more than the buffers of a connection take. */
const IMAGES = 1500;
const images = Buffer.from(makeImages(IMAGES, SIZE));

const bench = await ServeBench.open();
const names = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
const source = await bench.write('wide.safetensors', {
  data: makeInfo({ height: 4, width: 3, channels: 1 }, names),
  members: [makeNetwork(multilayer(SIZE, [8], CLASSES), 1)],
});

async function start(limits: Record<string, number> = {}): Promise<TestService> {
  const models = [{ name: 'wide', version: undefined, source }];
  return await bench.start({ models, limits: { images: IMAGES, ...limits } });
}

const request = (body: Buffer, headers = ''): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n${headers}\r\n`,
    ),
    body,
  ]);

/** A client that asks, and reads a byte from time to time, or nothing. */
function ask(
  port: number,
  text: Buffer,
  reading: 'nothing' | 'bytes',
): { socket: Socket; closed: () => boolean } {
  const socket = connect(port, '127.0.0.1', () => socket.write(text)).on('error', () => {});
  socket.pause();
  const timer = reading === 'bytes' ? setInterval(() => socket.read(1), 100) : undefined;
  let closed = false;
  socket.once('close', () => {
    clearInterval(timer);
    closed = true;
  });
  return { socket, closed: () => closed };
}

const metric = async (service: TestService, name: string): Promise<string> =>
  new RegExp(`^couture_${name} (\\d+)$`, 'm').exec(await (await service.ask('metrics')).text())?.[1] ?? '0';

describe('a client that does not take its answer', () => {
  for (const reading of ['nothing', 'bytes'] as const)
    test(`and reads ${reading}: its connection is closed`, async () => {
      const service = await start({ sendSeconds: 1 });
      const started = performance.now();
      const { socket } = ask(service.port, request(images), reading);
      await until(() => service.log().some(({ code }) => code === 'unread_answer'));
      assert.ok(performance.now() - started < 10_000);
      const { status, images: asked } = service.log().find(({ code }) => code === 'unread_answer') ?? {};
      assert.deepEqual([status, asked], [499, IMAGES]);
      assert.equal(await metric(service, 'refused_total\\{code="unread_answer"\\}'), '1');
      // The one that asks for the metrics.
      assert.equal(await metric(service, 'requests_in_progress'), '1');
      socket.destroy();
    });

  test('has its time for each answer, though a second one is ready with the first', async () => {
    const service = await start({ sendSeconds: 3 });
    const text = Buffer.concat([request(images), request(images, 'Connection: close\r\n')]);
    const { socket, closed } = ask(service.port, text, 'nothing');
    const pause = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve, 2200));
    let answer = '';
    let bytes = 0;
    // Pauses of 4.4 seconds in all, after the heads of the first answer and of the second.
    for await (const part of socket as AsyncIterable<Buffer>) {
      if (answer.length < 1000) answer += part.toString('latin1');
      bytes += part.length;
      const whole = Number(/content-length: (\d+)/i.exec(answer)?.[1]);
      if (bytes === part.length || (bytes > whole && bytes - part.length <= whole)) await pause();
    }
    await until(closed);
    await until(() => service.log().filter(({ status }) => status === 200).length === 2);
    assert.ok(service.log().every(({ code }) => code === undefined));
  });

  test('holds a share of the memory: its next requests, and answers beyond it, are refused', async () => {
    // A share of 8 MiB: an answer has 30 MB.
    const service = await start({ body: 1 });
    const first = ask(service.port, request(images), 'nothing');
    await until(() => service.models.find('wide')?.model.batching.waiting === 0);
    const small = request(images.subarray(0, SIZE), 'Connection: close\r\n');
    await until(async () =>
      /^HTTP\/1\.1 429[\s\S]*too_many_requests/.test(await sendRaw(service.port, small)),
    );
    assert.match(await sendRaw(service.port, small), /bodies and answers of more than 8 MiB/);
    assert.equal(first.closed(), false);
    first.socket.destroy();
    await until(async () => /^HTTP\/1\.1 200/.test(await sendRaw(service.port, small)));
  });

  test('many at once hold no more than their share', async () => {
    const service = await start({ body: 1, sendSeconds: 300, waitingImages: 6 * IMAGES });
    const clients = Array.from({ length: 6 }, () => ask(service.port, request(images), 'nothing'));
    const refused = () => service.log().filter(({ code }) => code === 'too_many_requests').length;
    await until(() => refused() === clients.length - 1);
    // One answer of any size goes out, so that a limit of bodies limits no answer by itself.
    assert.equal(await metric(service, 'requests_in_progress'), '2');
    for (const { socket } of clients) socket.destroy();
  });
});
