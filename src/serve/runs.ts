/**
 * Run folders, read-only: a list with the sizes and times of their files, and the files themselves. Only files of runs by
 * their known names are given out, and nothing behind a link.
 */

import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { folderStore } from '../platform/node/runs/folder-store.ts';
import { allRunFiles } from '../runs/run-files.ts';
import { isRunName } from '../runs/run-folder.ts';
import { sendBelow, sendList } from './listed.ts';

/** Most runs that are listed. */
const MOST_RUNS = 10_000;

/** A file of a run, by its path in the folder of the run. */
interface ServedFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** A run as the list has it. */
interface ServedRun {
  readonly name: string;
  /** Who trains it, as text; null for nobody. */
  readonly holder: string | null;
  readonly files: readonly ServedFile[];
}

/** Adds the routes: `/runs.json`, and `/runs/NAME/FILE`. */
export function serveRuns(server: FastifyInstance, folder: string): void {
  const root = resolve(folder);
  server.get(
    '/runs.json',
    async (request, reply) => await sendList(request, reply, { version: 1, runs: await findRuns(root) }),
  );
  server.get<{ Params: { name: string; file: string } }>(
    '/runs/:name/:file',
    async ({ params: { name, file } }, reply) => await sendFile(reply, root, name, [file]),
  );
  server.get<{ Params: { name: string; folder: string; file: string } }>(
    '/runs/:name/:folder/:file',
    async ({ params: { name, folder, file } }, reply) => await sendFile(reply, root, name, [folder, file]),
  );
}

async function sendFile(
  reply: FastifyReply,
  root: string,
  name: string,
  names: readonly string[],
): Promise<FastifyReply> {
  if (!isRunName(name) || !allRunFiles.includes(names.join('/'))) return reply.callNotFound() as never;
  return await sendBelow(reply, root, [name, ...names]);
}

/** The runs of a folder, by name. Links are left out. */
async function findRuns(root: string): Promise<ServedRun[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && isRunName(entry.name));
  const runs = await Promise.all(
    names
      .map(({ name }) => name)
      .sort()
      .slice(0, MOST_RUNS)
      .map(async (name): Promise<ServedRun> => {
        const folder = join(root, name);
        const found = await Promise.all(allRunFiles.map(async (path) => await fileAt(folder, path)));
        const files = found.filter((file) => file !== undefined);
        const holder = files.length === 0 ? undefined : await folderStore.lockHolder(folder);
        return { name, holder: holder ?? null, files };
      }),
  );
  return runs.filter(({ files }) => files.some(({ path }) => path === 'config.json'));
}

async function fileAt(folder: string, path: string): Promise<ServedFile | undefined> {
  const [inside] = path.split('/');
  // Of a path with a folder, the folder may be the link.
  const parent = inside === path ? undefined : await lstat(join(folder, inside)).catch(() => undefined);
  if (inside !== path && !parent?.isDirectory()) return undefined;
  const found = await lstat(join(folder, path)).catch(() => undefined);
  return found?.isFile() ? { path, bytes: found.size, modified: Math.round(found.mtimeMs) } : undefined;
}
