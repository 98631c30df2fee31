/**
 * The studies of `couture tune`, read-only: a list with the size and time of each study.json, and these files. Of the folder
 * of a study nothing else is given out, neither its database nor its trials.
 */

import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { folderStore } from '../platform/node/runs/folder-store.ts';
import { isStudyName } from '../study/schema.ts';
import { sendBelow, sendList } from './listed.ts';

/** Most studies that are listed. */
const MOST_STUDIES = 10_000;
const FILE = 'study.json';

/** A study as the list has it. */
interface ServedStudy {
  readonly name: string;
  /** Which process works on it, as text; null for none. */
  readonly holder: string | null;
  /** Of study.json. */
  readonly bytes: number;
  /** When study.json was written, in milliseconds since 1970. */
  readonly modified: number;
}

/** Adds the routes: `/studies.json`, and `/studies/NAME/study.json`. */
export function serveStudies(server: FastifyInstance, folder: string): void {
  const root = resolve(folder);
  server.get(
    '/studies.json',
    async (request, reply) =>
      await sendList(request, reply, { version: 1, studies: await findStudies(root) }),
  );
  server.get<{ Params: { name: string } }>(`/studies/:name/${FILE}`, async ({ params: { name } }, reply) =>
    isStudyName(name) ? await sendBelow(reply, root, [name, FILE]) : (reply.callNotFound() as never),
  );
}

/** The studies of a folder that have a state, by name. Links are left out. */
async function findStudies(root: string): Promise<ServedStudy[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && isStudyName(entry.name));
  const studies = await Promise.all(
    names
      .map(({ name }) => name)
      .sort()
      .slice(0, MOST_STUDIES)
      .map(async (name): Promise<ServedStudy | undefined> => {
        const folder = join(root, name);
        const found = await lstat(join(folder, FILE)).catch(() => undefined);
        if (!found?.isFile()) return undefined;
        const holder = (await folderStore.lockHolder(folder)) ?? null;
        return { name, holder, bytes: found.size, modified: Math.round(found.mtimeMs) };
      }),
  );
  return studies.filter((study) => study !== undefined);
}
