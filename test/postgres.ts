/** A PostgreSQL server for tests: a cluster of its own in a temporary folder, on loopback. */

import { execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PostgresServer {
  readonly url: string;
  /** Stops it as a crash would. */
  stop(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  /** Stops it for good, and deletes its data. */
  remove(): Promise<void>;
}

/** Folder of Debian's newest server programs; undefined where PostgreSQL is not installed. */
export async function postgresPrograms(): Promise<string | undefined> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest && join('/usr/lib/postgresql', newest, 'bin');
}

/** The server refuses to run as root, so root runs it as the user that Debian's package makes. */
async function serverUser(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => (await run('id', [flag, 'postgres'])).stdout),
  );
  return { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts a server. */
export async function startPostgres(programs: string): Promise<PostgresServer> {
  const user = await serverUser();
  const folder = await mkdtemp(join(tmpdir(), 'couture-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder };
  await run(join(programs, 'initdb'), ['-D', data, '-U', 'couture', '-A', 'trust', '--no-sync'], options);
  const port = await freePort();
  const start = async (): Promise<void> => {
    const flags = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder}`;
    const args = ['-D', data, '-w', '-l', join(folder, 'log'), '-o', flags, 'start'];
    const child = spawn(join(programs, 'pg_ctl'), args, { ...options, stdio: 'ignore' });
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`pg_ctl start: exit code ${code}`);
  };
  const halt = async (): Promise<void> => {
    await run(join(programs, 'pg_ctl'), ['-D', data, '-m', 'immediate', '-w', 'stop'], options);
  };
  await start();
  return {
    url: `postgres://couture@127.0.0.1:${port}/postgres`,
    stop: halt,
    start,
    async remove() {
      // It may be stopped.
      await halt().catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}
