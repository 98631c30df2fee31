/**
 * `npm run bench:serve`: the service under load, beside a plain service of the same network on ONNX Runtime, in the same run.
 * Writes the table of docs/serve.md.
 *
 *     npm run bench:serve                      throughput and latency, about a minute
 *     npm run bench:serve -- --quick           a few seconds of everything; writes nothing
 *     npm run bench:serve -- --mixed 600       ten minutes of mixed load, without the rest
 *     npm run bench:serve -- --no-write        prints the table only
 */

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { markdownTable } from 'markdown-table';
import { writeTable } from '../../src/cli/document.ts';
import { startServing } from '../../test/serving.ts';
import { describeMachine } from '../machine.ts';
import { here, installPeers, root } from '../starts.ts';
import { multiplications, writeBoth } from './network.ts';

const run = promisify(execFile);

/** What the client measured. */
interface Measured {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly failed: number;
  readonly wrong: number;
}

/** A question to both services. */
interface Question {
  readonly title: string;
  readonly images: number;
  /** Requests a second; as many as possible if absent. */
  readonly rate?: number;
  /** Another form of answers, which the peer does not have. */
  readonly accept?: string;
  readonly target: (measured: Measured) => string;
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

const questions: readonly Question[] = [
  {
    title: 'single images, requests a second',
    images: 1,
    target: ({ perSecond }) => `8,000 (${perSecond >= 8000 ? 'reached' : 'missed'})`,
  },
  {
    title: '4,000 single images a second, p99',
    images: 1,
    rate: 4000,
    target: ({ p99 }) => `15 ms (${p99 < 15 ? 'reached' : 'missed'})`,
  },
  {
    title: 'batches of 64, images a second',
    images: 64,
    target: ({ perSecond }) => `60,000 (${64 * perSecond >= 60_000 ? 'reached' : 'missed'})`,
  },
  {
    title: 'the same, answers as bytes',
    images: 64,
    accept: 'application/octet-stream',
    target: ({ perSecond }) => `60,000 (${64 * perSecond >= 60_000 ? 'reached' : 'missed'})`,
  },
];

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: true },
    mixed: { type: 'string' },
    threads: { type: 'string', default: '1' },
  },
  allowNegative: true,
});

async function measure(url: string, { images, rate, accept }: Question): Promise<Measured> {
  const options = { url, images, seconds: flags.quick ? 2 : 6, rate, accept };
  const { stdout } = await run(process.execPath, [join(here, 'serve/client.mjs'), JSON.stringify(options)], {
    maxBuffer: 2 ** 20,
  });
  return JSON.parse(stdout) as Measured;
}

/** The plain service, and its address. */
async function startPeer(onnx: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [join(here, 'serve/peer.mjs'), onnx], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: `${text.toString().trim()}/predict` };
}

function cellOf({ images, rate }: Question, { perSecond, p50, p99, failed, wrong }: Measured): string {
  const figure =
    rate === undefined ? number(images * perSecond) : `${p99} ms at ${number(perSecond)} (p50 ${p50} ms)`;
  return failed + wrong === 0 ? figure : `${figure}; ${failed} failed, ${wrong} wrong`;
}

async function compare(folder: string): Promise<void> {
  const { model, onnx } = await writeBoth(folder);
  console.log(`${number(multiplications)} multiplications an image; ${describeMachine()}`);
  const answers = new Map<Question, [Measured, Measured | undefined]>();
  const ours = await startServing([model, '--threads', flags.threads, '--drain-seconds', '0']);
  const peer = await startPeer(onnx);
  try {
    for (const question of questions) {
      const own = await measure(`${ours.url}models/deeper/predict`, question);
      const other = question.accept === undefined ? await measure(peer.url, question) : undefined;
      console.log(question.title, own, other);
      answers.set(question, [own, other]);
    }
  } finally {
    await ours.stop();
    peer.child.kill();
  }
  const rows = [...answers].map(([question, [own, other]]) => [
    question.title,
    question.target(own),
    cellOf(question, own),
    other === undefined ? '' : cellOf(question, other),
  ]);
  const table = markdownTable([['load', 'target', '`couture serve`', 'Fastify with ONNX Runtime'], ...rows]);
  console.log(table);
  if (!flags.write || flags.quick) return;
  const block = `${table}\n\nMeasured on ${describeMachine()}, with the client on the same machine.`;
  await writeTable({ path: join(root, 'docs/serve.md'), block: 'serve-load' }, block, { err: console.error });
}

/** The long test, for longer. */
function mixed(seconds: string): number {
  const { status } = spawnSync(process.execPath, ['--test', join(root, 'test/long/serve-load.test.ts')], {
    env: { ...process.env, COUTURE_LOAD_SECONDS: seconds },
    stdio: 'inherit',
  });
  return status ?? 1;
}

if (flags.mixed !== undefined) process.exitCode = mixed(flags.mixed);
else {
  const missing = installPeers(console.error);
  if (missing !== undefined) throw new Error(missing);
  const folder = await mkdtemp(join(tmpdir(), 'couture-bench-serve-'));
  await compare(folder).finally(() => rm(folder, { recursive: true, force: true }));
}
