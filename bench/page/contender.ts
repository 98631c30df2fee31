/**
 * A contender that runs in a page of headless Chromium: `node contender.ts PEER THREADS isolated|alone [CHECKOUT]`; one whose
 * name ends in `-gpu` has WebGPU. Questions
 * go to the page as events of the server that gives it out, and answers come back as posts. With CHECKOUT, Couture is that of
 * another checkout.
 */

import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { spawnChromium } from '../../test/matrix/browser.ts';
import { findChromium } from '../../test/matrix/runtimes.ts';
import { isolation, servePages } from '../../test/page/server.ts';
import { dataFolder } from '../data.ts';
import { type Answer, type Question, serve } from '../protocol.ts';

const [peer, threads, shared, sources] = process.argv.slice(2);
const isolated = shared === 'isolated';

/** Where questions are sent to, once the page is ready. */
const page = Promise.withResolvers<ServerResponse>();
let hear: (answer: Answer) => void = () => {};

/** What the page cannot load as a file: its questions and answers, and the images. */
function respond(request: IncomingMessage, response: ServerResponse): boolean {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const headers = isolated ? isolation : {};
  if (pathname === '/questions') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', ...headers });
    response.flushHeaders();
    page.resolve(response);
  } else if (pathname === '/answers') {
    void json(request).then((answer) => {
      const { error } = answer as Answer;
      // A page that could not begin says so before it is asked.
      if (error !== undefined) page.reject(new Error(error));
      hear(answer as Answer);
      response.writeHead(204, headers).end();
    });
  } else if (pathname.startsWith('/images/')) {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', ...headers });
    createReadStream(join(dataFolder(), basename(pathname))).pipe(response);
  } else return false;
  return true;
}

async function open(): Promise<void> {
  const found = await findChromium();
  if ('missing' in found) throw new Error(found.missing);
  const head = '<script type="module" src="/bench/page/page.ts"></script>';
  const { url } = await servePages({ isolated, head, respond, ...(sources && { sources }) });
  const profile = mkdtempSync(join(dataFolder(), 'chromium-'));
  // In this process's group, which the bench halts and ends as a whole.
  const browser = spawnChromium(found.path, `${url}?peer=${peer}&threads=${threads}`, {
    profile,
    detached: false,
    webgpu: peer.endsWith('-gpu'),
  });
  browser.stderr.resume();
  const failed = (reason: string) => {
    page.reject(new Error(reason));
    hear({ error: reason });
  };
  browser.once('error', (error) => failed(error.message));
  browser.once('exit', (code) => failed(`Chromium ended with code ${code}`));
  process.on('exit', () => {
    browser.kill('SIGKILL');
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
}

async function ask(question: Question): Promise<Answer> {
  const questions = await page.promise;
  return await new Promise((resolve) => {
    hear = resolve;
    questions.write(`data: ${JSON.stringify(question)}\n\n`);
  });
}

page.promise.catch(() => {});
await open().catch((error) => page.reject(error));
await serve(ask);
