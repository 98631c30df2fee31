/**
 * Firefox over WebDriver BiDi and WebKit over WebDriver, as far as a test of a page needs them: opening an address and
 * evaluating an expression. Both are the system's own builds, which Playwright cannot drive.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** A browser with one page. */
export interface OtherBrowser {
  readonly version: string;
  open(url: string): Promise<void>;
  /** The value of an expression in the page, as JSON carries it; promises are waited for. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts a browser; a sentence says why it cannot be. */
export type StartBrowser = () => Promise<OtherBrowser | { readonly missing: string }>;

/** A browser that was ended may still write for a moment. */
const gently = { recursive: true, force: true, maxRetries: 10, retryDelay: 200 } as const;

/** The path of a program; undefined where there is none of these names. */
async function programAt(...names: readonly string[]): Promise<string | undefined> {
  const { PATH = '' } = process.env;
  for (const name of names)
    for (const folder of name.startsWith('/') ? [''] : PATH.split(delimiter)) {
      const path = join(folder, name);
      if (
        await access(path).then(
          () => true,
          () => false,
        )
      )
        return path;
    }
  return undefined;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(force);
}

/** The first match in what a program prints; within half a minute. */
async function waitForLine(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
  const late = setTimeout(() => reject(new Error('The browser did not say its address.')), 30_000);
  for (const input of [child.stdout, child.stderr])
    if (input)
      createInterface({ input }).on('line', (line) => {
        const found = pattern.exec(line);
        if (found) resolve(found);
      });
  child.once('exit', (code) => reject(new Error(`The browser ended with code ${code}.`)));
  return await promise.finally(() => clearTimeout(late));
}

/** Firefox without a window. */
export const startFirefox: StartBrowser = async () => {
  const path = await programAt('firefox-esr', 'firefox');
  if (path === undefined) return { missing: 'no Firefox in the PATH' };
  const profile = await mkdtemp(join(tmpdir(), 'couture-firefox-'));
  const child = spawn(
    path,
    ['--headless', '--remote-debugging-port=0', '--profile', profile, '--no-remote'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOME: profile },
    },
  );
  const [, address] = await waitForLine(child, /WebDriver BiDi listening on (ws:\/\/\S+)/);
  const socket = new WebSocket(`${address}/session`);
  await once(socket, 'open');
  const waiting = new Map<
    number,
    (message: { result?: unknown; error?: string; message?: string }) => void
  >();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data));
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  let last = 0;
  // biome-ignore lint/suspicious/noExplicitAny: answers of the protocol, of which the test knows the shape
  const send = async (method: string, params: object): Promise<any> => {
    const id = ++last;
    const answer = new Promise<{ result?: unknown; error?: string; message?: string }>((resolve) => {
      waiting.set(id, resolve);
    });
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error, message } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error}: ${message}`);
    return result;
  };
  const { capabilities } = await send('session.new', { capabilities: {} });
  const { contexts } = await send('browsingContext.getTree', {});
  const [{ context }] = contexts;
  return {
    version: `Firefox ${capabilities.browserVersion}`,
    open: async (url) => await send('browsingContext.navigate', { context, url, wait: 'complete' }),
    async evaluate(expression) {
      const { result, exceptionDetails } = await send('script.evaluate', {
        expression: `(async () => JSON.stringify(await (${expression})))()`,
        target: { context },
        awaitPromise: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return result.type === 'string' ? JSON.parse(result.value) : undefined;
    },
    async close() {
      socket.close();
      await stop(child);
      await rm(profile, gently);
    },
  };
};

/** WebKitGTK, on a screen of its own. */
export const startWebKit: StartBrowser = async () => {
  const driver = await programAt('WebKitWebDriver');
  if (driver === undefined) return { missing: 'no WebKitWebDriver in the PATH' };
  const browser = await programAt(
    ...['4.1', '4.0', '6.0'].map((one) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${one}/MiniBrowser`),
  );
  if (browser === undefined) return { missing: 'no MiniBrowser of WebKitGTK' };
  const screen = await programAt('Xvfb');
  const { DISPLAY } = process.env;
  if (screen === undefined && DISPLAY === undefined) return { missing: 'no screen and no Xvfb' };
  const home = await mkdtemp(join(tmpdir(), 'couture-webkit-'));
  const display = DISPLAY ?? `:${100 + (process.pid % 400)}`;
  const server =
    DISPLAY === undefined
      ? spawn('Xvfb', [display, '-screen', '0', '1280x800x24'], { stdio: 'ignore' })
      : undefined;
  const port = 20_000 + (process.pid % 20_000);
  const child = spawn(driver, [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: display, HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home },
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of the protocol, of which the test knows the shape
  const send = async (path: string, body: object, method = 'POST'): Promise<any> => {
    const request = method === 'POST' ? { method, body: JSON.stringify(body) } : { method };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, request);
    const { value } = (await response.json()) as { value: { error?: string; message?: string } };
    if (value?.error) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  };
  for (let tries = 0; ; tries++) {
    const answered = await fetch(`http://127.0.0.1:${port}/status`).then(
      () => true,
      () => false,
    );
    if (answered) break;
    if (tries > 100) throw new Error('WebKitWebDriver does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const options = { binary: browser, args: ['--automation'] };
  const { sessionId, capabilities } = await send('/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
  });
  await send(`/session/${sessionId}/timeouts`, { script: 120_000, pageLoad: 60_000 });
  return {
    version: `WebKitGTK ${capabilities.browserVersion}`,
    open: async (url) => await send(`/session/${sessionId}/url`, { url }),
    async evaluate(expression) {
      const script = `const done = arguments[0]; (async () => JSON.stringify(await (${expression})))().then((text) => done({ text }), (error) => done({ error: String(error) }));`;
      const { text, error } = await send(`/session/${sessionId}/execute/async`, { script, args: [] });
      if (error) throw new Error(error);
      return text === undefined || text === null ? undefined : JSON.parse(text);
    },
    async close() {
      await send(`/session/${sessionId}`, {}, 'DELETE').catch(() => {});
      await stop(child);
      if (server !== undefined) await stop(server);
      await rm(home, gently);
    },
  };
};
