/** The command line as a process of its own. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../../packages/couture/bin/couture.js', import.meta.url));

/** What a process of the command ended with; `code` is null where it was killed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in a folder; kills it after so many milliseconds. */
export async function couture(folder: string, args: readonly string[], killAfter?: number): Promise<Ended> {
  const env = { ...process.env, COUTURE_CACHE: join(folder, 'cache'), COUTURE_BACKEND: 'cpu', NO_COLOR: '1' };
  const child = spawn(process.execPath, [command, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on('data', (text) => out.push(String(text)));
  child.stderr.on('data', (text) => err.push(String(text)));
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { code, stdout: out.join(''), stderr: err.join('') };
}
