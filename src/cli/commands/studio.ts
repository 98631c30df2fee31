/** `couture studio`: serves the Studio on this machine and opens it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { wholeNumber } from '../options.ts';
import { dataView } from '../ui/data.ts';

interface StudioFlags {
  readonly port?: number;
  readonly open: boolean;
  readonly runs?: string;
  readonly studies?: string;
}

const help = `
The page does all the work: it trains, evaluates and predicts in the browser.
The server gives out the page, the images of Fashion-MNIST, and the runs and
studies of one folder each, to this machine alone, and changes nothing. The
browser keeps its own runs for one address, so use the same port again.

Examples:
  couture studio
  couture studio --port 8080 --no-open`;

/** Adds the command to the program. */
export function registerStudio(program: Command, context: CliContext): void {
  program
    .command('studio')
    .description('Train, watch and question networks in the browser: opens a page that this command serves.')
    .option(
      '--port <n>',
      'port on this machine; 0 for any that is free (default: 7432)',
      wholeNumber('--port', 0, 65_535),
    )
    .option('--runs <folder>', 'folder of runs that the page shows (default: runs/train)')
    .option('--studies <folder>', 'folder of studies that the page shows (default: runs/tune)')
    .option('--no-open', 'do not open the browser')
    .addHelpText('after', help)
    .action(async (flags: StudioFlags) => await runStudio(flags, context));
}

async function runStudio({ port, open, runs, studies }: StudioFlags, context: CliContext): Promise<void> {
  const { signal, env } = context;
  const { ensureData } = await import('../../platform/node/data/store.ts');
  const { serveStudio } = await import('../../serve/studio.ts');
  const { onData, end } = dataView(context);
  await ensureData('fashion-mnist', { env, signal, onProgress: onData }).finally(end);
  const { url, close } = await serveStudio({ port, runs, studies, env });
  try {
    context.out(`The Studio is at ${url}`);
    context.err('Ctrl-C stops it. Runs of the page stay in the browser.');
    if (open) openBrowser(url);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await close();
  }
}

/** Asks the system to show an address. The address is printed as well, so a system without a browser loses nothing. */
function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => {});
  child.unref();
}
