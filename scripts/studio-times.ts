/**
 * Measures the Studio in Chromium: the first load by the connection, the predictions a second of a camera, the tasks
 * before the first answer, and the tasks over 50 ms in the page. The figures are in docs/studio.md.
 *
 *     node scripts/studio-times.ts [connections] [camera] [first] [tasks]
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serveStudio } from '../src/serve/studio.ts';
import { findChromium } from '../test/matrix/runtimes.ts';
import { buildStudio } from '../test/studio.ts';
import { measureCamera } from './studio-times/camera.ts';
import { measureConnections } from './studio-times/connections.ts';
import { measureFirstTasks } from './studio-times/first-tasks.ts';
import { measureTasks } from './studio-times/tasks.ts';

const parts = ['connections', 'camera', 'first', 'tasks'];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  // A page that has been built already.
  options: { built: { type: 'string' } },
});
const unknown = positionals.find((part) => !parts.includes(part));
if (unknown !== undefined) {
  console.error(`There is no part ${unknown}: choose from ${parts.join(', ')}.`);
  process.exit(1);
}
const wants = (part: string): boolean => positionals.length === 0 || positionals.includes(part);

const found = await findChromium();
if ('missing' in found) {
  console.error(`Nothing was measured: ${found.missing}.`);
  process.exit(1);
}
const folder = values.built ?? (await mkdtemp(join(tmpdir(), 'couture-studio-times-')));
if (values.built === undefined) await buildStudio(folder);
const served = await serveStudio({ port: 0, folder });
const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
try {
  if (wants('connections')) await measureConnections(browser, served.url);
  if (wants('camera')) await measureCamera(found.path, served.url);
  if (wants('first')) await measureFirstTasks(browser, served.url);
  if (wants('tasks')) await measureTasks(browser, served.url);
} finally {
  await browser.close();
  await served.close();
  if (values.built === undefined) await rm(folder, { recursive: true, force: true });
}
