/** The server of the Studio: gives out its own files to this machine, and nothing else to anybody. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isOwnName } from './server.ts';
import { type ServedStudio, serveStudio } from './studio.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-serve-'));
let served: ServedStudio;
let port: number;

before(async () => {
  const page = join(folder, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Studio</title>');
  await writeFile(join(page, 'assets/main-1.js'), 'export {};');
  await writeFile(join(page, '.secret'), 'hidden');
  await writeFile(join(folder, 'outside.txt'), 'outside');
  // Windows makes links for administrators alone.
  await symlink(join(folder, 'outside.txt'), join(page, 'link.txt')).catch(() => {});
  served = await serveStudio({ port: 0, folder: page });
  port = Number(new URL(served.url).port);
});
after(async () => {
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

/** What comes back for bytes that no client library would send. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

/** The status of a request for a path as it is, with a Host header. */
async function statusOf(path: string, { method = 'GET', host = `127.0.0.1:${port}` } = {}): Promise<number> {
  const answer = await raw(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  assert.doesNotMatch(answer, /outside|hidden|node_modules/, path);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
}

describe('the server of the Studio', () => {
  test('gives out the page with headers that isolate it', async () => {
    const response = await fetch(served.url);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /<title>Studio/);
    assert.equal(response.headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(response.headers.get('cross-origin-embedder-policy'), 'require-corp');
    assert.match(
      response.headers.get('content-security-policy') ?? '',
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    assert.equal(response.headers.get('cache-control'), 'no-cache');
    const asset = await fetch(`${served.url}assets/main-1.js`);
    assert.match(asset.headers.get('content-type') ?? '', /javascript/);
    assert.match(asset.headers.get('cache-control') ?? '', /immutable/);
  });

  test('gives out the files of Fashion-MNIST', async () => {
    const response = await fetch(`${served.url}data/fashion-mnist/test-labels`);
    assert.equal(response.status, 200);
    assert.equal((await response.arrayBuffer()).byteLength, 10_008);
  });

  test('gives out nothing outside its folder, and no hidden file', async () => {
    const paths = [
      '/../outside.txt',
      '/..%2foutside.txt',
      '/%2e%2e/outside.txt',
      '/assets/../../outside.txt',
      '/assets/%2e%2e%2f%2e%2e%2foutside.txt',
      '/..%5coutside.txt',
      '//outside.txt',
      '/%00',
      '/%',
      '/.secret',
      '/link.txt',
      '/data/fashion-mnist/..%2f..%2f..%2foutside.txt',
      '/data/fashion-mnist/package.json',
      '/data/link.txt',
      '/data/../link.txt',
      `/${'a'.repeat(5000)}`,
    ];
    for (const path of paths) {
      const status = await statusOf(path);
      assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
    }
    assert.equal(await statusOf('/'), 200);
  });

  test('answers only under the names of this machine', async () => {
    for (const host of [
      'example.org',
      'localhost.example.org',
      '127.0.0.1.example.org',
      '10.0.0.1',
      '',
      'localhost:x',
    ])
      assert.ok([400, 421].includes(await statusOf('/', { host })), host);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST'])
      assert.equal(await statusOf('/', { host }), 200, host);
    assert.equal(isOwnName(undefined), false);
  });

  test('takes nothing in', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      assert.equal(await statusOf('/', { method }), 405, method);
    assert.match(await raw('not HTTP at all\r\n\r\n'), /^HTTP\/1\.1 400/);
    assert.equal(await statusOf('/'), 200);
  });

  test('says what is wrong with a port, and where the page is not built', async () => {
    await assert.rejects(
      serveStudio({ port, folder: join(folder, 'page') }),
      /The port \d+ cannot be used: another program uses it\./,
    );
    await assert.rejects(serveStudio({ port: 0, folder: join(folder, 'none') }), /is not built/);
  });
});
