/** What the service does when it has more work than it can do in time: it refuses, and drops what nobody waits for. */

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { makeImages } from '../../test/model-fixture.ts';
import { errorOf, MADE, ServeBench, SIZE, sendRaw, until } from '../../test/serve.ts';
import type { PictureSteps } from '../data/preprocessing.ts';
import { PicturePool } from './pictures/pool.ts';

const image = Buffer.from(makeImages(1, SIZE));
/** A picture that takes about half a second. */

const bench = await ServeBench.open('made.safetensors');
const { default: sharp } = await import('sharp');
const red = sharp({ create: { width: 5000, height: 5000, channels: 3, background: 'red' } });
const slow = Uint8Array.from(await red.png().toBuffer());

const steps: PictureSteps = { upright: true, ground: 'auto', invert: 'auto', trim: true, fit: 'pad' };
const shape = { height: 4, width: 3, channels: 1 } as const;
const job = () => ({ bytes: slow.slice(), name: 'slow', shape, steps, maxMegapixels: 50 });

describe('pictures', () => {
  test('of an aborted request leave the queue at once, and later ones are prepared', async () => {
    const pool = new PicturePool({ threads: 1, seconds: 10 });
    try {
      const controller = new AbortController();
      const first = pool.prepare(job());
      const others = Array.from({ length: 20 }, () => pool.prepare(job(), controller.signal));
      const last = pool.prepare(job());
      assert.equal(pool.length, 22);
      controller.abort('time');
      assert.equal(pool.length, 2);
      for (const { status } of await Promise.allSettled(others)) assert.equal(status, 'rejected');
      assert.equal((await first).pixels.length, SIZE);
      assert.equal((await last).pixels.length, SIZE);
      assert.equal(pool.length, 0);
      await assert.rejects(pool.prepare(job(), AbortSignal.abort()), { kind: 'interrupted' });
    } finally {
      await pool.close();
    }
  });

  test('wait while threads cannot start, which are tried again after longer and longer pauses', async () => {
    const started: number[] = [];
    const failures: string[] = [];
    const pool = new PicturePool({
      ...{ threads: 1, seconds: 10 },
      onFailure: (error) => failures.push(String(error)),
      start: () => {
        started.push(performance.now());
        if (started.length === 1) throw new Error('no more threads');
        if (started.length === 2) return new Worker('throw new Error("no memory")', { eval: true });
        return new Worker(new URL('./pictures/worker.ts', import.meta.url));
      },
    });
    try {
      // The thread that ends at its start takes a picture with it.
      await assert.rejects(pool.prepare(job()), { kind: 'runtime', message: /slow ended/ });
      assert.equal((await pool.prepare(job())).pixels.length, SIZE);
      assert.equal(started.length, 3);
      assert.match(failures.join(), /^Error: no more threads,Error: no memory$/);
      assert.ok(started[1] - started[0] >= 95, `${started}`);
      assert.ok(started[2] - started[1] >= 195, `${started}`);
    } finally {
      await pool.close();
    }
  });

  test('of a refused request are not prepared', async () => {
    const service = await bench.start({ pictureThreads: 1 });
    const form = new FormData();
    // It has the first bytes of a PNG, so that only the thread refuses it.
    const broken = Buffer.from('89504e470d0a1a0a0000', 'hex');
    form.append('file', new Blob([broken]), 'broken.png');
    for (let i = 0; i < 30; i++) form.append('file', new Blob([slow]), `${i}.png`);
    const error = await errorOf(await service.ask(MADE, { method: 'POST', body: form }));
    assert.equal(error.code, 'unreadable_image', error.message);
    const text = await (await service.ask('metrics')).text();
    // The one that the thread has already begun.
    assert.ok(Number(/^couture_pictures_in_progress (\d+)$/m.exec(text)?.[1]) <= 1, text);
  });
});

describe('limits of work', () => {
  test('images that wait, with pictures that are being prepared: 503 overloaded', async () => {
    const service = await bench.start({ pictureThreads: 1, limits: { waitingImages: 2 } });
    const pictures = async () => /^couture_pictures_in_progress [1-9]/m.test(await metrics());
    const metrics = async () => await (await service.ask('metrics')).text();
    const first = service.post(MADE, slow, 'image/png');
    await until(pictures);
    const refused = await service.post(MADE, Buffer.concat([image, image]));
    assert.equal(refused.headers.get('retry-after'), '1');
    const error = await errorOf(refused);
    assert.deepEqual([error.status, error.code], [503, 'overloaded']);
    assert.match(error.message, /More than 2 images/);
    assert.equal((await first).status, 200);
    // A request alone may have more.
    assert.equal((await service.post(MADE, Buffer.concat([image, image, image]))).status, 200);
  });

  test('memory for bodies: one client has a quarter of it, by announced length or in chunks', async () => {
    const service = await bench.start({ limits: { body: 1 } });
    const head = `POST /${MADE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n`;
    for (const length of [`Content-Length: ${2 ** 20}`, 'Transfer-Encoding: chunked']) {
      // Eight of the largest bodies, of which nothing arrives.
      const held = Array.from({ length: 8 }, () => {
        const socket = connect(service.port, '127.0.0.1').on('error', () => {});
        socket.write(`${head}${length}\r\n\r\n`);
        return socket;
      });
      const progress = async () => await (await service.ask('metrics')).text();
      await until(async () => /requests_in_progress 9$/m.test(await progress()));
      const response = await service.post(MADE, image);
      assert.equal(response.headers.get('retry-after'), '1');
      const error = await errorOf(response);
      assert.deepEqual([error.status, error.code], [429, 'too_many_requests'], length);
      assert.match(error.message, /bodies and answers of more than 8 MiB/);
      for (const socket of held) socket.destroy();
      await until(async () => (await service.post(MADE, image)).status === 200);
    }
    // However large, the size is what is wrong with it.
    const huge = await sendRaw(service.port, `${head}Content-Length: ${2 ** 40}\r\n\r\n`);
    assert.match(huge, /^HTTP\/1\.1 413[\s\S]*body_too_large/);
  });

  test('memory for bodies: all clients together have 32 of the largest', async () => {
    const service = await bench.start({ behindProxy: true, limits: { body: 1 } });
    const ask = (client: number): Socket => {
      const socket = connect(service.port, '127.0.0.1').on('error', () => {});
      const headers = `X-Forwarded-For: 192.0.2.${client}\r\nContent-Length: ${2 ** 20}`;
      socket.write(
        `POST /${MADE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n${headers}\r\n\r\n`,
      );
      return socket;
    };
    const held = Array.from({ length: 32 }, (_, i) => ask(Math.floor(i / 8)));
    const progress = async () => await (await service.ask('metrics')).text();
    await until(async () => /requests_in_progress 33$/m.test(await progress()));
    const error = await errorOf(
      await service.post(MADE, image, undefined, { 'X-Forwarded-For': '192.0.2.99' }),
    );
    assert.deepEqual([error.status, error.code], [503, 'overloaded']);
    assert.match(error.message, /bodies and answers of more than 32 MiB/);
    for (const socket of held) socket.destroy();
  });

  test('time to an answer: 503 timed_out', async () => {
    const service = await bench.start({ pictureThreads: 1, limits: { answerSeconds: 0.1 } });
    const response = await service.post(MADE, slow, 'image/png');
    assert.equal(response.headers.get('retry-after'), '1');
    const error = await errorOf(response);
    assert.deepEqual([error.status, error.code], [503, 'timed_out']);
    assert.match(error.message, /within 0.1 seconds/);
  });
});
