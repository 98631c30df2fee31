/** What servers send: files of data sets from mirrors, and models from an address, by a server on this machine. */

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DatasetEntry, Role } from '../../../../src/data/registry.ts';
import { acquireFiles } from '../../../../src/platform/node/data/acquire.ts';
import { encodeModel } from '../../../../src/ship/model-file.ts';
import { fetchModel, modelFromBytes } from '../../../../src/ship/model-source.ts';
import { makeModel } from '../../../../test/model-fixture.ts';
import type { Draw } from '../draw.ts';
import { mutate } from '../mutate.ts';
import { must, type Reader, type Trial } from '../reader.ts';
import { encodeIdx } from './idx.ts';
import { scratch } from './scratch.ts';

/** What the server says next: the bytes of a whole answer, head and body. */
let next: Uint8Array = new Uint8Array();
/** Whether the connection stays open behind them. */
let staysOpen = false;
let server: Promise<Server> | undefined;

/** A server that answers every request by the same bytes. */
async function listen(): Promise<Server> {
  const made = createServer();
  made.removeAllListeners('request');
  made.on('connection', (socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => (staysOpen ? socket.write(next) : socket.end(next)));
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  made.unref();
  return made;
}

async function address(): Promise<string> {
  server ??= listen();
  const { port } = (await server).address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

const heads = [
  'content-length: 5',
  'content-length: 99999999999999999999',
  'content-length: -1',
  'content-encoding: gzip',
  'transfer-encoding: chunked',
  'content-range: bytes 5-9/10',
  'location: ftp://x/',
  'location: https://mirror.invalid/again',
  'location: /again',
  'location: ::',
  `x-long: ${'long'.repeat(10_000)}`,
];

/** An answer with a body, right or with a head that does not fit it. */
function respond(body: Uint8Array, isValid: boolean, draw: Draw): Buffer {
  const status = isValid ? 200 : draw.pick([200, 200, 200, 200, 206, 204, 301, 302, 404, 416, 500, 999]);
  const own =
    isValid || draw.chance(0.7)
      ? [`content-length: ${body.length}`]
      : draw.times(draw.below(3), () => draw.pick(heads));
  const head = [`HTTP/1.1 ${status} OK`, ...own, 'connection: close', '', ''].join('\r\n');
  const bytes = Buffer.concat([Buffer.from(head), body]);
  return isValid || draw.chance(0.8)
    ? bytes
    : Buffer.from(mutate({ bytes, fields: [], other: undefined }, draw));
}

const images = encodeIdx(8, [3, 2, 2], Buffer.from('abcdefghijkl'));
const labels = encodeIdx(8, [3], Buffer.of(0, 1, 1));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function entry(): DatasetEntry {
  const file = (role: Role) => {
    const bytes = role.endsWith('images') ? images : labels;
    return { names: [role] as const, bytes: bytes.length, sha256: sha256(bytes), gzipMd5: null };
  };
  const files = {
    'train-images': file('train-images'),
    'train-labels': file('train-labels'),
    'test-images': file('test-images'),
    'test-labels': file('test-labels'),
  };
  return {
    name: 'fuzzed',
    title: 'A set for tests',
    homepage: 'https://mirror.invalid/',
    classNames: ['a', 'b'],
    height: 2,
    width: 2,
    counts: { train: 3, test: 3 },
    files,
    mirrors: ['https://mirror.invalid/set/'],
    folders: [],
    debian: null,
    labelOffset: 0,
    transposed: false,
    checked: true,
    note: '',
  };
}

const known = entry();

export const downloads: Reader = {
  name: 'downloads',
  weight: 0.6,
  draw(draw): Trial {
    const isValid = draw.chance(1 / 8);
    const packed = draw.chance(0.7) ? gzipSync(labels) : labels;
    const body =
      isValid || draw.chance(0.3) ? packed : mutate({ bytes: packed, fields: [], other: images }, draw);
    const input = respond(body, isValid, draw);
    const open = !isValid && draw.chance(0.02);
    return {
      input,
      isValid,
      async run() {
        [next, staysOpen] = [input, open];
        const here = await address();
        const cache = join(scratch, 'downloads');
        rmSync(cache, { recursive: true, force: true });
        const found = await acquireFiles(known, ['train-labels'], {
          registry: [known],
          env: { COUTURE_CACHE: cache },
          cwd: scratch,
          timeouts: { probe: 150, stall: 150, total: 400 },
          fetch: (url, init) => fetch(url.replace('https://mirror.invalid', here), init),
        });
        const content = found.get('train-labels')?.content;
        must(content !== undefined && labels.equals(content), 'another file was taken for it');
      },
    };
  },
};

const model = encodeModel(makeModel());

export const fetchedModels: Reader = {
  name: 'fetched models',
  weight: 0.6,
  async draw(draw): Promise<Trial> {
    const bytes = await model;
    const isValid = draw.chance(1 / 8);
    const body = isValid || draw.chance(0.3) ? bytes : mutate({ bytes, fields: [], other: undefined }, draw);
    const input = respond(body, isValid, draw);
    return {
      input,
      isValid,
      async run() {
        [next, staysOpen] = [input, false];
        const found = await fetchModel(new URL(`${await address()}/model.safetensors`));
        const read = await modelFromBytes(found, 'model.safetensors');
        must(Buffer.from(await encodeModel(read)).equals(bytes), 'another model than was packed');
      },
    };
  },
};
