import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { lockHolder, lockRun } from './run-lock.ts';

const root = await mkdtemp(join(tmpdir(), 'couture-lock-'));
after(() => rm(root, { recursive: true, force: true }));
const folder = async () => await mkdtemp(join(root, 'run-'));

/** A process that has ended. */
const gone = { pid: 2 ** 22 - 1, host: hostname(), started: 'another time' };

test('a lock names its holder, is held by one, and leaves nothing behind', async () => {
  const run = await folder();
  assert.equal(await lockHolder(run), undefined);
  const release = await lockRun(run);
  assert.equal(await lockHolder(run), `process ${process.pid}`);
  await assert.rejects(lockRun(run), {
    kind: 'runtime',
    message: new RegExp(`in use by process ${process.pid}`),
  });
  assert.deepEqual(await readdir(run), ['lock']);
  await release();
  assert.deepEqual(await readdir(run), []);
  const others = await lockRun(run);
  await release();
  assert.deepEqual(await readdir(run), ['lock'], 'given back once');
  await others();
});

describe('a lock whose process is gone is taken over, whatever state it was left in', () => {
  const cases: [title: string, leave: (run: string) => Promise<void>][] = [
    ['by its process', async (run) => await writeFile(join(run, 'lock'), JSON.stringify(gone))],
    ['empty', async (run) => await writeFile(join(run, 'lock'), '')],
    [
      'taken over by a process that is gone too',
      async (run) => {
        await writeFile(join(run, 'lock'), JSON.stringify(gone));
        const { link } = await import('node:fs/promises');
        const { createHash } = await import('node:crypto');
        const after = createHash('sha256').update(JSON.stringify(gone)).digest('hex').slice(0, 32);
        const second = JSON.stringify({ ...gone, token: 'second' });
        await writeFile(join(run, 'second'), second);
        await link(join(run, 'second'), join(run, `lock.after-${after}`));
        await rm(join(run, 'second'));
      },
    ],
    [
      'by an older version in the middle of taking it over',
      async (run) => {
        await writeFile(join(run, 'lock'), JSON.stringify(gone));
        await writeFile(join(run, 'lock.takeover'), '12');
      },
    ],
  ];
  for (const [title, leave] of cases)
    test(title, async () => {
      const run = await folder();
      await leave(run);
      assert.equal(await lockHolder(run), undefined);
      const answers = await Promise.allSettled(Array.from({ length: 6 }, () => lockRun(run)));
      const won = answers.filter(({ status }) => status === 'fulfilled');
      assert.equal(won.length, 1);
      assert.deepEqual(await readdir(run), ['lock']);
    });
});

test('a process that has ended and was not waited for holds nothing', {
  skip: process.platform !== 'linux',
}, async () => {
  const run = await folder();
  // The shell becomes a program that waits for no child.
  const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60']);
  const pid = Number(
    await new Promise((resolve) => parent.stdout.once('data', (text) => resolve(String(text)))),
  );
  const { readFileSync } = await import('node:fs');
  const fields = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  while (fields()[0] !== 'Z') await wait(20);
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  await writeFile(
    join(run, 'lock'),
    JSON.stringify({ pid, host: hostname(), started: `${boot} ${fields()[19]}` }),
  );
  assert.equal(await lockHolder(run), undefined);
  await (await lockRun(run))();
  parent.kill('SIGKILL');
});

test('a run that another process removes meanwhile is said to be gone', async () => {
  const run = await folder();
  await rm(run, { recursive: true });
  const gone = { kind: 'usage', message: `There is no run in ${run} any more: another process removes it.` };
  await assert.rejects(lockRun(run), gone);
});

test('a lock that is no file is named, and not waited for', {
  skip: process.platform === 'win32',
}, async () => {
  const run = await folder();
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [join(run, 'lock')]);
  await assert.rejects(lockRun(run), { kind: 'data', message: /lock is not a file/ });
});

test('of processes that are killed at any instant, no two ever hold it', { timeout: 60_000 }, async () => {
  const run = await folder();
  const log = join(root, 'log');
  await appendFile(log, '');
  const script = `
    const { appendFileSync } = await import('node:fs');
    const { lockRun } = await import(${JSON.stringify(import.meta.resolve('./run-lock.ts'))});
    const say = (word) => appendFileSync(${JSON.stringify(log)}, word + ' ' + process.pid + ' ' + process.hrtime.bigint() + '\\n');
    for (;;) {
      const release = await lockRun(${JSON.stringify(run)}).catch((error) => {
        if (!/in use|keep taking/.test(error.message)) throw error;
      });
      if (release === undefined) { await new Promise((resolve) => setTimeout(resolve)); continue; }
      say('enter');
      await new Promise((resolve) => setTimeout(resolve, 1));
      say('leave');
      await release();
    }`;
  const start = (): ChildProcess =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  const children = [start(), start(), start()];
  const killed = new Map<number, bigint>();
  const errors: string[] = [];
  const lines = async () => (await readFile(log, 'utf8')).split('\n').length;
  for (let n = 0; n < 40; n++) {
    // However slowly they start on a busy machine, some have had it before the next one is killed.
    const seen = await lines();
    while ((await lines()) < seen + 3) await wait(5);
    await wait((n * 37) % 50);
    const place = n % children.length;
    const child = children[place];
    child.stderr?.on('data', (text) => errors.push(String(text)));
    killed.set(child.pid ?? 0, process.hrtime.bigint());
    child.kill('SIGKILL');
    children[place] = start();
  }
  for (const child of children) {
    killed.set(child.pid ?? 0, process.hrtime.bigint());
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  assert.deepEqual(errors, []);
  let inside: number | undefined;
  let entered = 0;
  for (const line of (await readFile(log, 'utf8')).trimEnd().split('\n')) {
    const [word, pid, at] = line.split(' ');
    if (word === 'leave') assert.equal(Number(pid), inside, `${line} without having entered`);
    else {
      const end = inside === undefined ? 0n : killed.get(inside);
      const left = end !== undefined && end <= BigInt(at);
      assert.ok(left, `${line} while ${inside} is inside`);
      entered += 1;
    }
    inside = word === 'enter' ? Number(pid) : undefined;
  }
  await lockRun(run);
  assert.deepEqual(await readdir(run), ['lock'], 'what the killed left is gone');
  assert.ok(entered > 20, `only ${entered} got it`);
});
