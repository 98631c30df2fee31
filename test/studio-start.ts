/**
 * What the tests of the Studio begin with: the page, built and served, a browser, and a folder in which the command line
 * works. A file of tests calls `startStudio` once.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import * as z from 'zod';
import { type ServedStudio, serveStudio } from '../src/serve/studio.ts';
import { couture, parseDocument } from './command.ts';
import { findChromium } from './matrix/runtimes.ts';
import { buildStudio, openStudio, type StudioPage } from './studio.ts';

/** The Studio of a file of tests. */
export interface StartedStudio {
  /** Why nothing can be tested here; false where it can. */
  readonly skip: string | false;
  /** Where the command line works: its runs and studies are those that the Studio serves. */
  readonly folder: string;
  /** Where the page is built. */
  readonly built: string;
  /** The address of the page. */
  readonly url: () => string;
  readonly browser: () => Browser;
  /** Another browser, for example with a camera. */
  readonly launch: (...args: readonly string[]) => Promise<Browser>;
  /** Opens the page, in a browser of its own profile or in the given one. */
  readonly open: (options?: OpenOptions, within?: Browser | BrowserContext) => Promise<StudioPage>;
  /** The SHA-256 of the weights that the command line trains with the words of a command. */
  readonly commandLine: (command: string) => Promise<string>;
}

type OpenOptions = Parameters<typeof openStudio>[2];

/** Builds and serves the page before the tests of this file, and ends everything after them. */
export async function startStudio(name: string): Promise<StartedStudio> {
  const found = await findChromium();
  const folder = await mkdtemp(join(tmpdir(), `couture-${name}-`));
  const built = join(folder, 'page');
  let browser: Browser | undefined;
  let served: ServedStudio | undefined;
  const launch = async (...args: readonly string[]): Promise<Browser> =>
    await chromium.launch({
      executablePath: 'path' in found ? found.path : '',
      args: ['--no-sandbox', ...args],
    });
  before(async () => {
    if (!('path' in found)) return;
    await buildStudio(built);
    const [runs, studies] = [join(folder, 'runs/train'), join(folder, 'runs/tune')];
    served = await serveStudio({ port: 0, folder: built, runs, studies });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await served?.close();
    await rm(folder, { recursive: true, force: true });
  });
  /** What is there once the tests have begun. */
  const there = <Thing>(thing: Thing | undefined): Thing => {
    if (thing === undefined) throw new Error('The Studio is started before the first test, and not earlier.');
    return thing;
  };
  return {
    skip: 'missing' in found ? found.missing : false,
    ...{ folder, built, launch },
    url: () => there(served).url,
    browser: () => there(browser),
    open: async (options, within) => await openStudio(within ?? there(browser), there(served).url, options),
    async commandLine(command) {
      const words = command.replace('npx couture ', '').split(' ');
      const outcome = await couture([...words, '--json'], { cwd: folder });
      return parseDocument(outcome, { weightsSha256: z.string() }).weightsSha256;
    },
  };
}
