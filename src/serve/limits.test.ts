/** The limits of the service: each is reached, and the service goes on. */

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { makeImages } from '../../test/model-fixture.ts';
import { errorOf, MADE, ServeBench, SIZE, sendRaw, until } from '../../test/serve.ts';
import { prepareImage } from '../data/prepare.ts';
import type { PictureSteps } from '../data/preprocessing.ts';
import { decodePicture } from '../platform/node/images/decode.ts';
import type { PictureJob } from './pictures/messages.ts';
import { PicturePool } from './pictures/pool.ts';

const image = Buffer.from(makeImages(1, SIZE));

const bench = await ServeBench.open('made.safetensors');
const service = await bench.start();

describe('limits', () => {
  test('a body that is too large: 413, and the connection is closed', async () => {
    const small = await bench.start({ limits: { body: 1, images: 4096 } });
    const error = await errorOf(await small.post(MADE, new Uint8Array(2 ** 20 + 4)));
    assert.deepEqual([error.status, error.code], [413, 'body_too_large']);
    assert.match(error.message, /1 MiB/);
    // In pieces, without a length.
    const piece = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
    const head = `POST /${MADE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n`;
    assert.match(await sendRaw(small.port, head + piece.repeat(40)), /^HTTP\/1\.1 413[\s\S]*body_too_large/);
  });

  test('a rate of requests: 429 with Retry-After', async () => {
    const slow = await bench.start({ limits: { clientRate: 5 } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => slow.ask('healthz')));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 10 && refused.length <= 15, `${refused.length} refused`);
    assert.ok(Number(refused[0].headers.get('retry-after')) >= 1);
    assert.equal((await errorOf(refused[0])).code, 'rate_limited');
  });

  test('requests of one client, and of all, at the same time: 429 and 503 with Retry-After', async () => {
    for (const [limits, status, code] of [
      [{ clientRequests: 3 }, 429, 'too_many_requests'],
      [{ requests: 3 }, 503, 'overloaded'],
    ] as const) {
      const few = await bench.start({ limits });
      // Three requests whose bodies do not arrive.
      const held = Array.from({ length: 3 }, () => {
        const socket = connect(few.port, '127.0.0.1').on('error', () => {});
        socket.write(
          `POST /${MADE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: ${SIZE}\r\n\r\n`,
        );
        return socket;
      });
      await until(async () => /requests_in_progress 4/.test(await (await few.ask('metrics')).text()));
      // The routes that /openapi.json says so of, and no others.
      const { paths } = (await (await service.ask('openapi.json')).json()) as {
        paths: Record<string, { get?: { responses: Record<string, { description: string }> } }>;
      };
      for (const [path, { get }] of Object.entries(paths)) {
        if (get === undefined) continue;
        const isTold = get.responses[status]?.description.includes(code) === true;
        assert.equal((await few.ask(path.slice(1))).status, isTold ? status : 200, path);
      }
      const response = await few.post(MADE, image);
      assert.equal(response.headers.get('retry-after'), '1');
      assert.deepEqual([response.status, (await errorOf(response)).code], [status, code]);
      assert.equal((await few.ask('readyz')).status, 200);
      for (const socket of held) socket.destroy();
      await until(async () => (await few.post(MADE, image)).status === 200);
    }
  });

  test('a request that arrives too slowly: 408', async () => {
    const strict = await bench.start({ limits: { receiveSeconds: 1 } });
    const head = `POST /${MADE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: ${SIZE}\r\n\r\n`;
    for (const text of [head.slice(0, 30), `${head}abc`]) {
      const answer = await sendRaw(strict.port, text, 8000);
      assert.match(answer, /^HTTP\/1\.1 408[\s\S]*"slow_request"/, JSON.stringify(text));
    }
    assert.equal((await strict.post(MADE, image)).status, 200);
  });

  test('what is not HTTP: 400; large headers: 431', async () => {
    assert.match(await sendRaw(service.port, 'not HTTP at all\r\n\r\n'), /^HTTP\/1\.1 400[\s\S]*bad_request/);
    const large = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`;
    assert.match(await sendRaw(service.port, large), /^HTTP\/1\.1 431[\s\S]*headers_too_large/);
    // A length and pieces at once could hide a second request.
    const both = `POST /${MADE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    assert.match(await sendRaw(service.port, both), /^HTTP\/1\.1 400/);
  });

  test('an error never overtakes the answer to an earlier request of its connection', async () => {
    const post = (body: Buffer, type: string): Buffer => {
      const head = `POST /${MADE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
      return Buffer.concat([Buffer.from(head), body]);
    };
    const good = post(image, 'application/octet-stream');
    const nonsense = Buffer.from('nonsense\r\n\r\n');
    // The answer is there before the nonsense: the client gets both, in this order.
    const first = await new Promise<string>((resolve) => {
      const socket = connect(service.port, '127.0.0.1', () => socket.write(good));
      let text = '';
      socket.on('data', (part: Buffer) => {
        const isFirst = text === '';
        text += part.toString('latin1');
        if (isFirst) socket.write(nonsense);
      });
      socket.once('close', () => resolve(text));
    });
    assert.match(first, /^HTTP\/1\.1 200[\s\S]*"predictions"[\s\S]*HTTP\/1\.1 400[\s\S]*bad_request/);
    // The nonsense is there before the answer, of a picture that takes a while: the connection ends without any.
    const own = await bench.start({ pictureThreads: 1 });
    const red = sharp({ create: { width: 5000, height: 5000, channels: 3, background: 'red' } });
    const slow = post(await red.png().toBuffer(), 'image/png');
    assert.equal(await sendRaw(own.port, Buffer.concat([slow, nonsense])), '');
    await until(() => own.log().some(({ status }) => status === 499));
  });

  test('a picture that takes too long: 422, and the next one is prepared by a new thread', async () => {
    const steps: PictureSteps = { upright: true, ground: 'auto', invert: 'auto', trim: true, fit: 'pad' };
    const shape = { height: 4, width: 3, channels: 1 } as const;
    const picture = async (width: number, height: number): Promise<PictureJob> => {
      const red = sharp({ create: { width, height, channels: 3, background: 'red' } });
      const frame = { top: 2, bottom: 1, left: 3, right: 4, background: 'white' };
      const bytes = Uint8Array.from(await red.extend(frame).png().toBuffer());
      return { bytes, name: 'made here', shape, steps, maxMegapixels: 50 };
    };
    const [slow, small] = [await picture(5000, 5000), await picture(12, 20)];
    const expected = prepareImage(await decodePicture(small.bytes, 'made here'), shape, steps);
    assert.ok(new Set(expected.pixels).size > 1, 'the picture has something in it');
    const strict = new PicturePool({ threads: 1, seconds: 0.05 });
    try {
      await assert.rejects(strict.prepare(slow), { code: 'slow_image' });
      assert.equal(strict.length, 0);
    } finally {
      await strict.close();
    }
    // A thread that never answers, and then those of the service, which have seconds to start on a busy machine.
    let threads = 0;
    const pool = new PicturePool({
      ...{ threads: 1, seconds: 3 },
      start: () => {
        threads += 1;
        if (threads > 1) return new Worker(new URL('./pictures/worker.ts', import.meta.url));
        return new Worker('require("node:worker_threads").parentPort.on("message", () => {})', {
          eval: true,
        });
      },
    });
    try {
      const [first, next] = [pool.prepare({ ...small, bytes: small.bytes.slice() }), pool.prepare(small)];
      await assert.rejects(first, { code: 'slow_image' });
      assert.deepEqual(await next, expected);
      assert.equal(threads, 2);
    } finally {
      await pool.close();
    }
  });

  test('a client that leaves does not disturb others', async () => {
    const asked = httpRequest(new URL(MADE, service.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': 1200 },
    });
    asked.on('error', () => {});
    asked.write(image);
    await new Promise((resolve) => setTimeout(resolve, 50));
    asked.destroy();
    assert.equal((await service.post(MADE, image)).status, 200);
    await until(() => service.log().some(({ status }) => status === 499));
  });

  test('a client that leaves is counted as 499, and as no error of the service', async () => {
    const own = await bench.start({ pictureThreads: 1 });
    const red = sharp({ create: { width: 5000, height: 5000, channels: 3, background: 'red' } });
    const body = await red.png().toBuffer();
    const metrics = async () => await (await own.ask('metrics')).text();
    // One leaves before its body is complete, the other one while its picture is decoded.
    for (const length of [body.length + 1, body.length]) {
      const asked = httpRequest(new URL(MADE, own.url), {
        method: 'POST',
        headers: { 'Content-Type': 'image/png', 'Content-Length': length },
      });
      asked.on('error', () => {});
      asked.write(body);
      if (length === body.length)
        await until(async () => /^couture_pictures_in_progress 1$/m.test(await metrics()));
      else await new Promise((resolve) => setTimeout(resolve, 50));
      asked.destroy();
    }
    await until(async () => /status="499"\} 2$/m.test(await metrics()));
    await until(async () => /^couture_pictures_in_progress 0$/m.test(await metrics()));
    assert.deepEqual((await metrics()).match(/^couture_refused_total\{.*$/gm) ?? [], []);
    assert.ok(own.log().every(({ level }) => level === 'info'));
  });
});
