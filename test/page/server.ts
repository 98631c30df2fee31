/** A server on this machine for pages of tests: the checkout's source as it is, without its types, or any other folder. */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.ts': 'text/javascript',
  '.safetensors': 'application/octet-stream',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  // The files of data sets have no ending.
  '': 'application/octet-stream',
};

/** Headers with which a page may share memory between threads. */
export const isolation: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface ServedPages {
  /** With a slash at its end. */
  readonly url: string;
  /** What was asked for and is not there. */
  readonly strays: string[];
  close(): Promise<void>;
}

/** What a server gives out. */
export interface ServeOptions {
  /** The checkout by default. */
  readonly folder?: string;
  /** Whether pages may share memory. */
  readonly isolated: boolean;
  /** Sent with everything. */
  readonly headers?: Readonly<Record<string, string>>;
  /** More of what the empty page has in its head. */
  readonly head?: string;
  /** Another checkout, whose source is given out in place of the folder's own. */
  readonly sources?: string;
  /** Answers a request by itself, and says whether it does. */
  readonly respond?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Where a page of the checkout's source finds packages by their names, as a bundler would. */
export const sourceImports: Readonly<Record<string, string>> = {
  zod: pageAddress('zod'),
  'fastest-levenshtein': '/node_modules/fastest-levenshtein/esm/mod.js',
  '@noble/hashes/': '/node_modules/@noble/hashes/',
};

function pageAddress(specifier: string): string {
  return `/${relative(root, fileURLToPath(import.meta.resolve(specifier)))}`;
}

const html = (head: string) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports: sourceImports })}</script>${head}<body></body>`;

/** Starts a server. Its first page is the folder's index.html or, of the checkout, an empty one. */
export async function servePages({
  folder = root,
  isolated,
  headers = {},
  head = '',
  sources = folder,
  respond = () => false,
}: ServeOptions): Promise<ServedPages> {
  const strays: string[] = [];
  const server = createServer(async (request, response) => {
    if (respond(request, response)) return;
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const found =
      folder === root && path === '/'
        ? { type: 'text/html', body: html(head) }
        : await find(path.startsWith('/src/') ? sources : folder, path);
    if (found === undefined) strays.push(path);
    response.writeHead(found === undefined ? 404 : 200, {
      'Content-Type': found?.type ?? 'text/plain',
      ...(isolated ? isolation : {}),
      ...headers,
    });
    response.end(found?.body ?? 'It is not there.');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    strays,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function find(
  folder: string,
  path: string,
): Promise<{ type: string; body: string | Buffer } | undefined> {
  const file = path.endsWith('/') ? `${path}index.html` : path;
  const body = await readFile(join(folder, file)).catch(() => undefined);
  const type = types[extname(file)];
  if (body !== undefined && type !== undefined)
    return { type, body: file.endsWith('.ts') ? stripTypeScriptTypes(body.toString()) : body };
  // A worker's address is that of the built file.
  const source = await readFile(join(folder, file.replace(/\.js$/, '.ts'))).catch(() => undefined);
  return source && file.endsWith('.js') && file.startsWith('/src/')
    ? { type: 'text/javascript', body: stripTypeScriptTypes(source.toString()) }
    : undefined;
}
