/** Tests run the real command in a process of its own, as a user does. */

import { spawn } from 'node:child_process';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** The command's file. */
export const bin = fileURLToPath(new URL('../packages/couture/bin/couture.js', import.meta.url));

/** What a command left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly input?: Uint8Array;
  /** Sends SIGINT the first time that stderr matches, and again at once, as a terminal and npm do together. */
  readonly interruptAt?: RegExp;
  /** Sends SIGHUP the first time that stderr matches. */
  readonly hangUpAt?: RegExp;
  /** Sends SIGKILL the first time that stderr matches. */
  readonly killAt?: RegExp;
}

const { FORCE_COLOR: _forced, NO_COLOR: _refused, ...plainEnv } = process.env;

/** Runs `couture` with these arguments. */
export async function couture(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { cwd, env, input, interruptAt, hangUpAt, killAt } = options;
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    // The CPU, whatever GPU there is: most tests compare bits.
    env: { COUTURE_BACKEND: 'cpu', ...plainEnv, ...env },
    stdio: 'pipe',
  });
  let out = '';
  let err = '';
  let signalled = false;
  const signalAt = (pattern: RegExp | undefined, signal: NodeJS.Signals): void => {
    if (signalled || !pattern?.test(err)) return;
    signalled = true;
    child.kill(signal);
    if (signal === 'SIGINT') setTimeout(() => child.kill(signal), 20);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    signalAt(interruptAt, 'SIGINT');
    signalAt(hangUpAt, 'SIGHUP');
    signalAt(killAt, 'SIGKILL');
  });
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    // The second signal may come when the process is all but gone, after it heard the first: what a shell calls 130, too.
    child.once('close', (code, signal) => {
      const heardFirst = signal === 'SIGINT' && err.includes('Stopping. Press Ctrl-C again to quit at once.');
      resolve({ code: heardFirst ? 130 : code, out, err });
    });
  });
}

/** Runs `couture ARGS REST` in bash, where REST is a redirection or the rest of a pipeline, such as `2>&1 | head -1`. */
export async function coutureInShell(
  args: readonly string[],
  rest: string,
  { cwd, env }: Pick<RunOptions, 'cwd' | 'env'> = {},
): Promise<Outcome> {
  const script = `"$@" ${rest}\nexit "\${PIPESTATUS[0]}"`;
  const child = spawn('bash', ['-c', script, 'bash', process.execPath, bin, ...args], {
    cwd,
    env: { COUTURE_BACKEND: 'cpu', ...plainEnv, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, code] = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
  ]);
  return { code, out, err };
}

const document = z.looseObject({ couture: z.literal(1), command: z.string() });

/** The one document that `--json` prints, checked to be the whole of stdout. */
export function parseDocument<Shape extends z.ZodRawShape>(
  { out, code, err }: Outcome,
  shape: Shape,
): z.infer<z.ZodObject<Shape>> & z.infer<typeof document> {
  if (code !== 0) throw new Error(`exit ${code}: ${err}`);
  const value: unknown = JSON.parse(out);
  return { ...document.parse(value), ...z.object(shape).parse(value) };
}

/** Puts the files of a data set into the cache of an environment, as `couture data get --from` does. */
export async function fillCache(folder: string, env: Record<string, string>, name = 'mnist'): Promise<void> {
  const { code, err } = await couture(['data', 'get', name, '--from', folder], { env });
  if (code !== 0) throw new Error(`couture data get: exit ${code}: ${err}`);
}
