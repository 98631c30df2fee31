/**
 * Runs the job in headless Chromium: a small server gives out the page and hears back from it, so that nothing but
 * the browser itself is needed.
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import type { Case } from './job.ts';
import type { PageOutcome } from './page.ts';
import { root } from './runtimes.ts';

export interface PageOptions {
  /** The browser's executable. */
  readonly chromium: string;
  /** Folder of the compiled package. */
  readonly built: string;
  readonly cases: readonly Case[];
  /** Whether the server sends the headers that let a page share memory. */
  readonly isolated: boolean;
  readonly signal: AbortSignal;
}

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const flags = [
  '--headless',
  '--no-sandbox',
  '--no-first-run',
  '--no-proxy-server',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
];

/** WebGPU, on SwiftShader where there is no GPU. */
const gpuFlags = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-vulkan=native',
  '--ignore-gpu-blocklist',
];

interface BrowserOptions {
  readonly profile: string;
  /** Whether the browser gets a group of processes of its own. */
  readonly detached: boolean;
  readonly webgpu?: boolean;
}

/** Starts a browser that shows one page. */
export function spawnChromium(
  chromium: string,
  url: string,
  { profile, detached, webgpu = false }: BrowserOptions,
): ChildProcessByStdio<null, null, Readable> {
  const args = [...flags, ...(webgpu ? gpuFlags : ['--disable-gpu']), `--user-data-dir=${profile}`, url];
  return spawn(chromium, args, { detached, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Only the main thread needs these: an import map does not reach workers. */
const imports = {
  zod: '/node_modules/zod/index.js',
  'fastest-levenshtein': '/node_modules/fastest-levenshtein/esm/mod.js',
};

const html = (cases: readonly Case[]) => `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
  const tell = (report) => fetch('/report', { method: 'POST', body: JSON.stringify(report) });
  import('/built/test/matrix/page.js')
    .then((page) => page.runInPage(${JSON.stringify(cases)}))
    .then((outcome) => tell({ outcome }))
    .catch((error) => tell({ error: String(error?.stack ?? error) }));
</script>`;

/** What the page posts: one or the other. */
interface Report {
  readonly outcome?: PageOutcome;
  readonly error?: string;
}

/** Opens a page that runs the cases. Rejects with what the page or the browser said where that fails. */
export async function runInBrowser(options: PageOptions): Promise<PageOutcome> {
  const { promise: report, resolve: hear, reject } = Promise.withResolvers<Report>();
  const absent: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      hear((await json(request)) as Report);
      response.end();
      return;
    }
    const found = await answer(request, options);
    if (!found) absent.push(`${request.url}`);
    const headers = {
      'Content-Type': found?.type ?? 'text/plain',
      ...(options.isolated ? isolation : {}),
    };
    response.writeHead(found ? 200 : 404, headers).end(found?.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const profile = await mkdtemp(join(tmpdir(), 'couture-chromium-'));
  // A group of its own, so that the browser's helpers end with it.
  const browser = spawnChromium(options.chromium, `http://127.0.0.1:${port}/`, { profile, detached: true });
  const closed = new Promise((ended) => browser.once('close', ended).once('error', ended));
  let said = '';
  browser.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-2_000);
  });
  browser.once('error', reject);
  browser.once('exit', (code) =>
    reject(new Error(`${options.chromium} ended with code ${code} before the page reported.\n${said}`)),
  );
  const abort = () => reject(new Error(`The page did not report in time.\n${said}`));
  options.signal.addEventListener('abort', abort, { once: true });
  try {
    const { outcome, error } = await report;
    if (outcome === undefined)
      throw new Error(
        `The page failed: ${[error, ...absent.map((path) => `${path} is not there`)].join('\n')}`,
      );
    return outcome;
  } finally {
    options.signal.removeEventListener('abort', abort);
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
    await closed;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function answer(
  request: IncomingMessage,
  { built, cases }: PageOptions,
): Promise<{ type: string; body: string | Buffer } | undefined> {
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  if (path === sep) return { type: 'text/html', body: html(cases) };
  const [, top, ...rest] = path.split(sep);
  const folder = new Map([
    ['built', built],
    ['node_modules', join(root, 'node_modules')],
  ]).get(top);
  if (folder === undefined || !path.endsWith('.js')) return undefined;
  const body = await readFile(join(folder, ...rest)).catch(() => undefined);
  return body && { type: 'text/javascript', body };
}
