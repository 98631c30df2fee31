/** The server of the Studio: gives out its own files to this machine, and nothing else to anybody. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isOwnName } from './server.ts';
import { type ServedStudio, serveStudio } from './studio.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-serve-'));
const runs = join(folder, 'runs');
const studies = join(folder, 'studies');
let served: ServedStudio;
let port: number;

/** A folder with these files, each of which contains its own path. */
async function makeRun(name: string, ...files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = join(runs, name, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.startsWith('..') ? 'outside' : file);
  }
}

/** Studies, each with what must not be given out; and folders and links that are not studies. */
async function makeStudies(): Promise<void> {
  for (const name of ['widths', 'depths', '.dotted', '_under', 'linked-file', 'empty', 'folder']) {
    await mkdir(join(studies, name, 'db'), { recursive: true });
    await mkdir(join(studies, name, 'trials/0000'), { recursive: true });
    await writeFile(join(studies, name, 'db/PG_VERSION'), 'hidden');
    await writeFile(join(studies, name, 'trials/0000/config.json'), 'hidden');
    await writeFile(join(studies, name, 'report.html'), 'hidden');
    if (!['linked-file', 'empty', 'folder'].includes(name))
      await writeFile(join(studies, name, 'study.json'), `the study ${name}`);
  }
  await mkdir(join(studies, 'folder/study.json'));
  await mkdir(join(folder, 'elsewhere'));
  await writeFile(join(folder, 'elsewhere/study.json'), 'outside');
  await writeFile(join(studies, 'study.json'), 'hidden');
  await symlink(join(folder, 'elsewhere'), join(studies, 'linked')).catch(() => {});
  await symlink(join(folder, 'elsewhere/study.json'), join(studies, 'linked-file/study.json')).catch(
    () => {},
  );
}

before(async () => {
  const page = join(folder, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Studio</title>');
  await writeFile(join(page, 'assets/main-1.js'), 'export {};');
  await writeFile(join(page, '.secret'), 'hidden');
  await writeFile(join(folder, 'outside.txt'), 'outside');
  await makeRun('short', 'config.json', 'results.csv', 'weights/best.safetensors', 'notes.txt', '.hidden');
  await makeRun('no-config', 'results.csv');
  await makeRun('elsewhere', '../../real/config.json', '../../real/weights/best.safetensors', 'env.json');
  await makeRun('.dotted', 'config.json');
  await symlink(join(folder, 'real/config.json'), join(runs, 'elsewhere/config.json')).catch(() => {});
  await symlink(join(folder, 'real/weights'), join(runs, 'elsewhere/weights')).catch(() => {});
  await symlink(join(folder, 'real'), join(runs, 'linked')).catch(() => {});
  // Windows makes links for administrators alone.
  await symlink(join(folder, 'outside.txt'), join(page, 'link.txt')).catch(() => {});
  await makeStudies();
  served = await serveStudio({ port: 0, folder: page, runs, studies });
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
  test('refuses a path that is not valid like every other request', async () => {
    for (const path of ['/%zz', `/data/fashion-mnist/${'x'.repeat(101)}`]) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
      assert.match(
        answer,
        /^HTTP\/1\.1 40[04][\s\S]*nosniff[\s\S]*\r\n\r\n(There is no|The path of)[^\n]*\n$/,
      );
      assert.equal(await statusOf(path, { host: 'example.org' }), 421);
    }
  });

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

  test('lists the runs of its folder, and gives out their files and no others', async () => {
    const response = await fetch(`${served.url}runs.json`);
    const { runs: listed } = (await response.json()) as {
      runs: { name: string; holder: string | null; files: { path: string; bytes: number }[] }[];
    };
    assert.deepEqual(
      listed.map(({ name, holder, files }) => [name, holder, files.map(({ path, bytes }) => [path, bytes])]),
      [
        [
          'short',
          null,
          [
            ['config.json', 11],
            ['results.csv', 11],
            ['weights/best.safetensors', 24],
          ],
        ],
      ],
    );
    const tag = response.headers.get('etag') ?? '';
    const headers = { 'If-None-Match': tag };
    assert.equal((await fetch(`${served.url}runs.json`, { headers })).status, 304);
    const file = await fetch(`${served.url}runs/short/weights/best.safetensors`);
    assert.equal(await file.text(), 'weights/best.safetensors');
    assert.deepEqual(await (await fetch(`${served.url}served.json`)).json(), {
      runs: true,
      studies: true,
    });
    for (const path of [
      'short/notes.txt',
      'short/.hidden',
      'short/weights',
      'short/weights/..%2fnotes.txt',
      'short/..%2fshort%2fconfig.json',
      '..%2freal/config.json',
      '%2e%2e/real/config.json',
      '../real/config.json',
      '.dotted/config.json',
      'elsewhere/config.json',
      'elsewhere/weights/best.safetensors',
      'linked/config.json',
      'short%00/config.json',
      'none/config.json',
      'short/config.json/config.json',
    ])
      assert.equal(await statusOf(`/runs/${path}`), 404, path);
    assert.equal(await statusOf('/runs/elsewhere/env.json'), 200);
  });

  test('lists the studies of its folder, and gives out study.json and nothing else', async () => {
    const response = await fetch(`${served.url}studies.json`);
    const { version, studies: listed } = (await response.json()) as {
      version: number;
      studies: { name: string; holder: string | null; bytes: number; modified: number }[];
    };
    assert.equal(version, 1);
    assert.deepEqual(
      listed.map(({ name, holder, bytes }) => [name, holder, bytes]),
      [
        ['depths', null, 16],
        ['widths', null, 16],
      ],
    );
    assert.ok(listed.every(({ modified }) => Math.abs(Date.now() - modified) < 600_000));
    assert.equal(response.headers.get('cross-origin-embedder-policy'), 'require-corp');
    const tag = response.headers.get('etag') ?? '';
    const again = async () => await fetch(`${served.url}studies.json`, { headers: { 'If-None-Match': tag } });
    assert.equal((await again()).status, 304);
    const file = await fetch(`${served.url}studies/widths/study.json`);
    assert.equal(await file.text(), 'the study widths');
    assert.equal(file.headers.get('cache-control'), 'no-cache');
    assert.equal(file.headers.get('cross-origin-embedder-policy'), 'require-corp');
    for (const path of [
      'study.json',
      'widths',
      'widths/report.html',
      'widths/db/PG_VERSION',
      'widths/trials/0000/config.json',
      'widths/trials%2f0000%2fconfig.json',
      'widths/..%2fstudy.json',
      'widths/../study.json',
      '..%2felsewhere/study.json',
      '%2e%2e/elsewhere/study.json',
      '../elsewhere/study.json',
      '..%5celsewhere/study.json',
      '%2e/study.json',
      '.dotted/study.json',
      '_under/study.json',
      'linked/study.json',
      'linked-file/study.json',
      'folder/study.json',
      'empty/study.json',
      'widths%00/study.json',
      `${'a'.repeat(101)}/study.json`,
    ])
      assert.match(String(await statusOf(`/studies/${path}`)), /^40[034]$/, path);
    assert.equal(await statusOf('/studies.json', { host: 'example.org' }), 421);
    assert.equal(await statusOf('/studies/widths/study.json', { host: 'example.org' }), 421);
    assert.equal(await statusOf('/studies/widths/study.json', { method: 'DELETE' }), 405);
    // A study that has changed is listed with another tag.
    await writeFile(join(studies, 'widths/study.json'), 'the study widths, changed');
    assert.equal((await again()).status, 200);
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
