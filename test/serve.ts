/** A service of models made for tests, over real sockets. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Backend } from '../src/engine/backend.ts';
import { createNodeBackend } from '../src/platform/node/engine/backend.ts';
import { type ServeOptions, type Service, serveModels } from '../src/serve/service.ts';
import { encodeModel, type ModelFile } from '../src/ship/model-file.ts';
import { makeModel } from './model-fixture.ts';

/** Values of an image of the models made here: 4x3, gray. */
export const SIZE = 12;
/** Where the model `made` answers. */
export const MADE = 'models/made/predict';

/** A running service. */
export interface TestService extends Service {
  /** Sends a request to a path of the service. */
  ask(path: string, options?: RequestInit): Promise<Response>;
  /** Sends a body to a path by POST. */
  post(path: string, body: BodyInit, type?: string, headers?: Record<string, string>): Promise<Response>;
  /** The log so far, line by line. */
  log(): Record<string, unknown>[];
  readonly port: number;
}

/** A folder with model files, and services of them. */
export class ServeBench {
  readonly folder: string;
  readonly #backend: Backend;
  readonly #services: Service[] = [];

  private constructor(folder: string, backend: Backend) {
    this.folder = folder;
    this.#backend = backend;
  }

  /**
   * Opens a bench, which is closed after the tests of the file.
   * @param model a model file to begin with
   */
  static async open(model?: 'made.safetensors'): Promise<ServeBench> {
    const folder = await mkdtemp(join(tmpdir(), 'couture-serve-'));
    const bench = new ServeBench(folder, await createNodeBackend({ backend: 'cpu', threads: 1 }));
    after(async () => await bench.#close());
    if (model !== undefined) await bench.write(model);
    return bench;
  }

  /** Writes a model file. */
  async write(name: string, changes: Partial<ModelFile> = {}): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, await encodeModel(makeModel(changes)));
    return path;
  }

  /** Starts a service of `models`, by default of one model named `made`. */
  async start(options: Partial<ServeOptions> = {}): Promise<TestService> {
    const made = { name: 'made', version: undefined, source: join(this.folder, 'made.safetensors') };
    let text = '';
    const service = await serveModels({
      models: [made],
      backend: this.#backend,
      port: 0,
      watch: false,
      onLog: (lines) => {
        text += lines;
      },
      ...options,
    });
    this.#services.push(service);
    const ask = async (path: string, init?: RequestInit) => await fetch(new URL(path, service.url), init);
    return {
      ...service,
      ask,
      post: async (path, body, type = 'application/octet-stream', headers = {}) =>
        await ask(path, { method: 'POST', body, headers: { 'Content-Type': type, ...headers } }),
      log: () => {
        const lines = text.split('\n').filter((line) => line !== '');
        return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      },
      port: Number(new URL(service.url).port),
    };
  }

  async #close(): Promise<void> {
    for (const service of this.#services) await service.close();
    await this.#backend.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits until a condition holds. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 15_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('It did not happen within 15 seconds.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What comes back for bytes that no client library would send, until the service closes the connection. */
export async function sendRaw(port: number, text: string | Uint8Array, wait = 5000): Promise<string> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setTimeout(wait, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.write(text);
  });
}

/** The error of an answer, checked to have all its parts. */
export async function errorOf(
  response: Response,
): Promise<{ status: number; code: string; message: string; hint: string }> {
  const body = (await response.json()) as { error: { code: string; message: string; hint?: string } };
  const { code, message, hint = '' } = body.error;
  return { status: response.status, code, message, hint };
}
