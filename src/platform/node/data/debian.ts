/**
 * Files from a Debian package: downloaded by apt into a temporary folder and unpacked there by dpkg-deb. Neither
 * needs root and nothing is installed. Refreshing apt's lists does need root and changes the system: it is
 * done only on an explicit request for the data.
 */

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoutureError } from '../../../core/errors.ts';
import { errorCode } from '../files/system-errors.ts';
import { fromFolder } from './folder.ts';
import type { Attempt } from './source.ts';

/** Result of a command; `code` is null if the program does not exist. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end without a shell. */
export type RunCommand = (
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly signal: AbortSignal | undefined },
) => Promise<CommandResult>;

const TIMEOUT_MS = 5 * 60_000;
/** How long to wait for another apt that holds the lock on the lists. */
const LOCK_TRIES = 15;
const LOCK_WAIT_MS = 2000;

/** The real {@link RunCommand}; in the C locale, because its messages are parsed. */
export const runCommand: RunCommand = (program, args, { cwd, signal }) => {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const options = { cwd, env, timeout: TIMEOUT_MS, maxBuffer: 1 << 24, ...(signal && { signal }) };
  return new Promise((resolve) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      const missing = error !== null && errorCode(error) === 'ENOENT';
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      const why = stderr || (error !== null && !missing ? error.message : '');
      resolve({ code: missing ? null : code, stdout, stderr: why });
    });
  });
};

/** Replacement of the system in tests. */
export interface DebianOptions {
  readonly run?: RunCommand | undefined;
  readonly isRoot?: boolean | undefined;
  /** Whether apt's lists may be refreshed if needed, as root. Default false. */
  readonly refresh?: boolean | undefined;
}

/** Takes the files from the set's Debian package; whatever is wrong is noted. */
export async function fromDebian(attempt: Attempt, options: DebianOptions = {}): Promise<void> {
  const { run = runCommand, isRoot = process.getuid?.() === 0, refresh = false } = options;
  const { debian } = attempt.entry;
  if (debian === null) return;
  const what = `apt-get download ${debian.package}`;
  const folder = await mkdtemp(join(tmpdir(), 'couture-apt-'));
  const call = async (program: string, ...args: string[]) => {
    const result = await run(program, args, { cwd: folder, signal: attempt.signal });
    if (attempt.signal?.aborted) throw new CoutureError('interrupted', `${what} was interrupted.`);
    return result;
  };
  try {
    attempt.emit('package', what);
    let result = await call('apt-get', 'download', debian.package);
    if (result.code === null) {
      attempt.tried(what, 'not a Debian-like system (no apt-get)');
      return;
    }
    if (result.code !== 0 && isRoot && refresh) {
      await updateLists(attempt, call);
      attempt.emit('package', what);
      result = await call('apt-get', 'download', debian.package);
    }
    const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
    if (result.code !== 0 || archive === undefined) {
      attempt.tried(what, explain(result, attempt.entry.name, { isRoot, refresh }));
      return;
    }
    const unpacked = await call('dpkg-deb', '-x', archive, 'unpacked');
    if (unpacked.code !== 0) {
      attempt.tried(
        what,
        `dpkg-deb -x failed: ${unpacked.code === null ? 'no such program' : lastLine(unpacked)}`,
      );
      return;
    }
    await fromFolder(join(folder, 'unpacked', debian.folder), {
      ...attempt,
      // The temporary folder no longer exists when the source of a file is shown.
      accept: (role, raw, path, strict) =>
        attempt.accept(role, raw, `${debian.package}: ${basename(path)}`, strict),
      emit: (stage, path, ...counts) => attempt.emit(stage, basename(path), ...counts),
      tried: (_, why) => attempt.tried(what, why),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Refreshes the lists, waiting for another process that may be doing the same. */
async function updateLists(
  attempt: Attempt,
  call: (program: string, ...args: string[]) => Promise<CommandResult>,
): Promise<void> {
  attempt.emit('package', 'apt-get update');
  for (let i = 0; i < LOCK_TRIES; i++) {
    const { stderr } = await call('apt-get', 'update');
    // Any other failure shows in the download that follows, and is told there.
    if (!/could not get lock|unable to lock/i.test(stderr)) return;
    await sleep(LOCK_WAIT_MS);
  }
}

function explain(
  result: CommandResult,
  name: string,
  { isRoot, refresh }: Pick<DebianOptions, 'isRoot' | 'refresh'>,
): string {
  const said = lastLine(result);
  if (!/unable to locate package|no packages? found|can't find a source/i.test(result.stderr)) return said;
  if (isRoot && refresh) return `${said} (after apt-get update)`;
  const command = isRoot ? `couture data get ${name}` : 'sudo apt-get update';
  const needs = isRoot ? 'which refreshes them' : 'it needs root';
  return `${said}. The package lists may be missing: run "${command}" (${needs}), then try again`;
}

function lastLine({ stderr, stdout }: CommandResult): string {
  const lines = (stderr.trim() || stdout.trim()).split('\n').filter((line) => !line.startsWith('W:'));
  return lines.at(-1)?.replace(/^E: /, '').trim() || 'it failed without a message';
}
