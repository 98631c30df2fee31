/** `couture serve` in a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bin } from './command.ts';

/** A running command. */
export interface Serving {
  /** The address of the service, with a slash at its end. */
  readonly url: string;
  readonly child: ChildProcess;
  /** What it wrote so far. */
  readonly text: () => { readonly out: string; readonly err: string };
  /** Sends a signal and waits for the end: the exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/**
 * Starts the command on a free port, and waits until it says where the service is.
 * @throws Error with what it wrote, if it ends before
 */
export async function startServing(
  args: readonly string[],
  {
    env = {},
    cwd,
    node = [],
  }: {
    readonly env?: Record<string, string>;
    readonly cwd?: string;
    /** Options of Node itself. */
    readonly node?: readonly string[];
  } = {},
): Promise<Serving> {
  const child = spawn(process.execPath, [...node, bin, 'serve', ...args, '--port', '0'], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      const found = /^The service is at (\S+)$/m.exec(err);
      if (found) resolve(found[1]);
    });
    child.once('close', (code) => reject(new Error(`exit ${code}: ${err}`)));
  });
  const ended = once(child, 'close');
  return {
    ...{ url, child },
    text: () => ({ out, err }),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await ended;
      return code as number | null;
    },
  };
}
