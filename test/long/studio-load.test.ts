/**
 * Load and hostile requests on the server of the Studio: nothing outside its folder is given out, nothing crashes, and
 * memory does not grow. COUTURE_LOAD_SECONDS makes it longer than a minute.
 */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fork, keyFromSeed, RandomStream } from '../../src/core/random.ts';
import { serveStudio } from '../../src/serve/studio.ts';

const { COUTURE_LOAD_SECONDS: seconds = '60' } = process.env;
const SECONDS = Number(seconds);
const LANES = 16;

const pieces = [
  ...['/', '..', '%2e%2e', '%2f', '%5c', '\\', '//', '%00', '%', '\u0000', '?', '#', ';', ':', '*', '~', ' '],
  ...[
    'etc/passwd',
    'outside.txt',
    'index.html',
    'assets',
    'data/fashion-mnist',
    'test-labels',
    'package.json',
    'runs.json',
    'runs/short',
    'studies.json',
    'studies/widths',
    'study.json',
    'db/PG_VERSION',
    'config.json',
    'weights/best.safetensors',
    'linked',
  ],
  ...['C:', 'con', '%c0%ae', '%u002e', 'http://127.0.0.1', '__proto__', 'constructor', 'a'.repeat(3000)],
];
const methods = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'TRACE', 'CONNECT', 'get', ''];
const hosts = [
  '127.0.0.1',
  'localhost:1',
  '[::1]',
  'example.org',
  'localhost.example.org',
  '',
  '127.0.0.1@example.org',
];
const lines = [
  'Range: bytes=0-1,2-3,9999999999999999999-',
  'Content-Length: 99999999999',
  'Transfer-Encoding: chunked',
  'Expect: 100-continue',
  `X: ${'y'.repeat(20_000)}`,
  'If-None-Match: *',
  'Upgrade: websocket',
];

function request(random: RandomStream): string {
  const pick = <Item>(list: readonly Item[]): Item => list[random.nextBelow(list.length)];
  const path = `/${Array.from({ length: random.nextBelow(8) }, () => pick(pieces)).join(random.nextBelow(2) === 0 ? '/' : '')}`;
  const more = random.nextBelow(3) === 0 ? `${pick(lines)}\r\n` : '';
  const whole = `${pick(methods)} ${path} HTTP/1.1\r\nHost: ${pick(hosts)}\r\nConnection: close\r\n${more}\r\n`;
  // Some end in the middle.
  return random.nextBelow(10) === 0 ? whole.slice(0, random.nextBelow(whole.length)) : whole;
}

/** What comes back, at most 100 KB of it, within two seconds. */
async function send(port: number, text: string): Promise<string> {
  return await new Promise((answered) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (answer.length > 100_000) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => answered(answer));
    socket.write(text, 'latin1');
    if (!text.endsWith('\r\n\r\n')) socket.end();
  });
}

test(`${SECONDS} seconds of hostile requests`, { timeout: (SECONDS + 60) * 1000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'couture-load-'));
  const page = join(folder, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await writeFile(join(page, 'index.html'), 'the page');
  await writeFile(join(folder, 'outside.txt'), 'SECRET');
  const runs = join(folder, 'runs');
  await mkdir(join(runs, 'short'), { recursive: true });
  await writeFile(join(runs, 'short/config.json'), '{}');
  await mkdir(join(folder, 'elsewhere'));
  await writeFile(join(folder, 'elsewhere/config.json'), 'SECRET');
  // Windows makes links for administrators alone.
  await symlink(join(folder, 'elsewhere'), join(runs, 'linked')).catch(() => {});
  const studies = join(folder, 'studies');
  await mkdir(join(studies, 'widths/db'), { recursive: true });
  await writeFile(join(studies, 'widths/study.json'), '{}');
  await writeFile(join(studies, 'widths/db/PG_VERSION'), 'SECRET');
  await writeFile(join(folder, 'elsewhere/study.json'), 'SECRET');
  await symlink(join(folder, 'elsewhere'), join(studies, 'linked')).catch(() => {});
  const { url, close } = await serveStudio({ port: 0, folder: page, runs, studies });
  const port = Number(new URL(url).port);
  const statuses = new Map<string, number>();
  let memory = 0;
  try {
    const end = performance.now() + SECONDS * 1000;
    const lane = async (place: number): Promise<void> => {
      const random = new RandomStream(fork(keyFromSeed(place), 'load'));
      while (performance.now() < end) {
        const asked = request(random);
        const answer = await send(port, asked);
        assert.doesNotMatch(
          answer,
          /SECRET|root:|couture-workspace|at .*\.ts:\d/,
          JSON.stringify(asked.slice(0, 500)),
        );
        const [, status = 'none'] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
        assert.notEqual(status, '500', JSON.stringify(asked.slice(0, 500)));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (performance.now() < end - SECONDS * 500) memory = process.memoryUsage().rss;
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i)));
    assert.equal(await (await fetch(url)).text(), 'the page');
    const growth = (process.memoryUsage().rss - memory) / 1e6;
    assert.ok(growth < 150, `memory grew by ${growth} MB`);
    const total = statuses.values().reduce((sum, count) => sum + count, 0);
    console.log(
      `${total} requests, ${growth.toFixed(0)} MB: ${[...statuses].map((one) => one.join(': ')).join(', ')}`,
    );
    assert.ok(total > SECONDS * 20 && (statuses.get('200') ?? 0) > 0 && (statuses.get('421') ?? 0) > 0);
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
});
