/** Serves the Studio: the files of its page, the images of known data sets from the cache, and the runs and studies of this machine. */

import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { CoutureError } from '../core/errors.ts';
import { ensureData } from '../platform/node/data/store.ts';
import { readHead } from '../platform/node/files/read.ts';
import { folderStore } from '../platform/node/runs/folder-store.ts';
import { studiesFolder } from '../platform/node/tune/studies.ts';
import { runsFolder } from '../runs/run-folder.ts';
import { serveRuns } from './runs.ts';
import { createServer, listen } from './server.ts';
import { serveStudies } from './studies.ts';

/** The default port: the browser keeps the runs of a page for one address, so it should stay the same. */
export const STUDIO_PORT = 7432;

/** How the Studio is served. */
export interface StudioOptions {
  /** Default: 7432; 0 for any that is free. */
  readonly port?: number | undefined;
  /** The folder of the built page. */
  readonly folder?: string | undefined;
  /** The folder of runs that the page may read; by default `runs/train` in the working directory. */
  readonly runs?: string | undefined;
  /** The folder of studies that the page may read; by default `runs/tune` in the working directory. */
  readonly studies?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** The Studio while it is served. */
export interface ServedStudio {
  /** With a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Where a build puts the page: beside the code in the package, in its own package in a checkout. */
const places = ['../../studio/', '../../packages/studio/dist/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Starts the server of the Studio, on this machine alone.
 * @throws CoutureError of kind `usage` when the page is not built or the port cannot be used
 */
export async function serveStudio({
  port = STUDIO_PORT,
  folder,
  runs = runsFolder(folderStore.paths),
  studies = studiesFolder,
  env,
}: StudioOptions = {}): Promise<ServedStudio> {
  const root = await findPage(folder === undefined ? places : [folder]);
  const files = await filesOf(root);
  const server = createReader();
  await server.register(fastifyStatic, {
    root,
    // Names that begin with a dot are nobody's business.
    dotfiles: 'ignore',
    // It is asked for the files of data sets as well, which lie elsewhere.
    allowedPath: (path, _, request) =>
      request.routeOptions.url?.startsWith('/data/') === true || files.has(path),
    cacheControl: false,
    setHeaders: (response, path) => {
      // The names of built files change with their contents.
      const fixed = relative(root, path).startsWith(`assets${sep}`);
      response.header('Cache-Control', fixed ? 'max-age=31536000, immutable' : 'no-cache');
    },
  });
  // The files of Fashion-MNIST as they are published; the page checks their SHA-256.
  let data: ReturnType<typeof ensureData> | undefined;
  server.get<{ Params: { role: string } }>('/data/fashion-mnist/:role', async (request, reply) => {
    const { role } = request.params;
    // Each file is read and checked once.
    data ??= ensureData('fashion-mnist', { env }).catch((error: unknown) => {
      // The next request tries again.
      data = undefined;
      throw error;
    });
    const path = (await data).find((file) => file.role === role)?.path;
    if (!path) return reply.callNotFound();
    return await reply
      .type('application/octet-stream')
      .header('Cache-Control', 'no-cache')
      .sendFile(basename(path), dirname(path));
  });
  // On other hosts, the page finds a file of this name that says no.
  server.get('/served.json', async (_, reply) => await reply.send({ runs: true, studies: true }));
  serveRuns(server, runs);
  serveStudies(server, studies);
  const url = await listen(server, port);
  return { url, close: async () => await server.close() };
}

const sentences = {
  400: 'The path of the request is not valid.',
  404: 'There is no such file.',
  421: 'This server has another name.',
} as const;

/** A server that gives out files, and takes nothing in. Its errors are plain text. */
function createReader(): FastifyInstance {
  const server = createServer({
    fastify: { bodyLimit: 1024 },
    refuse: async (reply, status) => await refuse(reply, status, sentences[status]),
  });
  server.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return await refuse(reply.header('Allow', 'GET, HEAD'), 405, 'Only GET and HEAD are allowed.');
  });
  server.setErrorHandler(async (error, _, reply) => {
    const { statusCode = 500 } = error as { readonly statusCode?: number };
    const known = statusCode >= 400 && statusCode < 500;
    // A message of the server's own may name a path of this machine.
    return await refuse(
      reply,
      known ? statusCode : 500,
      known ? 'The request is not valid.' : 'The server could not answer.',
    );
  });
  return server;
}

async function refuse(reply: FastifyReply, status: number, message: string): Promise<FastifyReply> {
  return await reply.code(status).type('text/plain; charset=utf-8').send(`${message}\n`);
}

/**
 * The addresses of the files in a folder, as they are when the server starts. Links are left out, since they may lead
 * outside.
 */
async function filesOf(root: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) =>
    relative(root, join(parentPath, name)).replaceAll(sep, '/'),
  );
  return new Set(['/', ...paths.map((path) => `/${path}`)]);
}

/** The first of these folders that has the page. */
async function findPage(folders: readonly string[]): Promise<string> {
  for (const folder of folders)
    if ((await readHead(join(folder, 'index.html'), 1)) !== undefined) return folder;
  throw new CoutureError(
    'usage',
    `The page of the Studio is not built: ${folders.at(-1)} has no index.html.`,
    {
      hint: 'In a checkout, build it: npm run studio',
    },
  );
}
