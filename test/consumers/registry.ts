/**
 * A registry on this machine, so that Bun and Deno install the packages as they would from npm: it has the two packages and
 * sends requests for all others on to the registry that npm is configured for.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { type Archives, mustRun } from './packed.ts';

/** A registry that serves until it is closed. */
export interface Registry {
  readonly url: string;
  close(): void;
}

/**
 * Starts a registry with the archives.
 * @param folder of `packInto`, which also has the package.json of both packages
 */
export async function startRegistry(folder: string, archives: Archives): Promise<Registry> {
  const upstream = (await mustRun('npm', ['config', 'get', 'registry'], folder)).trim();
  const answers = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/');
    const own = answers.get(path);
    if (own !== undefined) response.end(own);
    else void forward(new URL(path.slice(1), upstream), request.headers.accept, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const [name, archive] of Object.entries(archives)) {
    const bytes = await readFile(archive);
    const manifest = JSON.parse(await readFile(join(folder, 'packages', name, 'package.json'), 'utf8'));
    const file = `/archives/${basename(archive)}`;
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    const dist = { tarball: new URL(file, url).href, integrity };
    const { name: full, version } = manifest;
    const versions = { [version]: { ...manifest, dist } };
    answers.set(file, bytes);
    answers.set(
      `/${full}`,
      Buffer.from(JSON.stringify({ name: full, 'dist-tags': { latest: version }, versions })),
    );
  }
  return { url, close: () => server.close() };
}

async function forward(url: URL, accept: string | undefined, response: ServerResponse): Promise<void> {
  try {
    const answer = await fetch(url, { headers: accept === undefined ? {} : { accept } });
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  } catch (cause) {
    response.writeHead(502).end(String(cause));
  }
}
