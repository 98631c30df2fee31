/** Serves models over HTTP: puts the parts of this folder together. */

import type { FastifyInstance } from 'fastify';
import type { Backend } from '../engine/backend.ts';
import type { WeightsChoice } from '../runs/check-weights.ts';
import { Connections } from './http/connections.ts';
import { createServiceServer } from './http/service-server.ts';
import { CONNECTIONS_PER_REQUEST, type Limits, limitsWith } from './limits.ts';
import { LogLines } from './log.ts';
import type { LogLevel } from './log-levels.ts';
import { ServeMetrics } from './metrics.ts';
import { Models, type Reload } from './models/models.ts';
import type { ModelRequest } from './models/requests.ts';
import { openApi } from './openapi.ts';
import { PicturePool } from './pictures/pool.ts';
import { addPage } from './routes/page.ts';
import { addPredict } from './routes/predict.ts';
import { addStatus } from './routes/status.ts';
import { listen } from './server.ts';

/** The default port. */
export const SERVE_PORT = 7433;

/** How models are served. */
export interface ServeOptions {
  readonly models: readonly ModelRequest[];
  /** The engine; the caller disposes of it. */
  readonly backend: Backend;
  /** Weights of runs. */
  readonly weights?: WeightsChoice | undefined;
  /** Default: 7433; 0 for any that is free. */
  readonly port?: number | undefined;
  /** The address to listen at. Default: 127.0.0.1, which only this machine reaches. */
  readonly host?: string | undefined;
  /** Names besides those of this machine under which the service answers, in small letters. */
  readonly names?: readonly string[] | undefined;
  /** Origins of pages that may use the service; `*` for all. */
  readonly origins?: readonly string[] | undefined;
  /** A token that every request must have. */
  readonly token?: string | undefined;
  /** The address of a client is in X-Forwarded-For. */
  readonly behindProxy?: boolean | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Threads that decode pictures. */
  readonly pictureThreads?: number | undefined;
  /** Whether changed files are loaded. Default: true. */
  readonly watch?: boolean | undefined;
  readonly logLevel?: LogLevel | undefined;
  /** Takes the log: JSON lines. */
  readonly onLog?: ((text: string) => void) | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A service that is running. */
export interface Service {
  /** With a slash at its end. */
  readonly url: string;
  readonly models: Models;
  /** Loads the files of all models again. */
  reload(): Promise<Reload[]>;
  /**
   * Stops: /readyz answers 503 at once; after `drainSeconds` no connection is accepted; accepted requests get their answers.
   * @param drainSeconds for load balancers to notice
   */
  close(drainSeconds?: number): Promise<void>;
}

/** After this time, connections that are left are closed. */
const CLOSE_MS = 30_000;

/**
 * Loads the models and starts the service.
 * @throws CoutureError of kind `usage` when a model does not exist or the port cannot be used, `data` when a model is damaged
 */
export async function serveModels(options: ServeOptions): Promise<Service> {
  const { port = SERVE_PORT, host = '127.0.0.1', watch = true, logLevel = 'info' } = options;
  const { names = [], origins = [], token, behindProxy = false } = options;
  const limits = limitsWith(options.limits);
  const lines = new LogLines(options.onLog ?? (() => {}));
  let stopping = false;
  let models: Models | undefined;
  let progress = (): number => 0;
  let logFailure = (_: unknown): void => {};
  let logDrop = (_: string): void => {};
  const pool = new PicturePool({
    ...{ threads: options.pictureThreads ?? 1, seconds: limits.pictureSeconds },
    onFailure: (error) => logFailure(error),
  });
  const metrics = new ServeMetrics({
    models: () => models,
    requests: () => progress(),
    connections: () => connections.count,
    pictures: () => pool.length,
    isReady: () => !stopping,
  });
  const connections = new Connections(limits.requests * CONNECTIONS_PER_REQUEST, (client) => {
    metrics.dropped();
    logDrop(client);
  });
  const { server, admission } = await createServiceServer({
    ...{ host, names, origins, token, behindProxy, limits, metrics, connections, lines, logLevel },
    isStopping: () => stopping,
  });
  progress = () => admission.requests;
  logFailure = (err) => server.log.error({ err }, 'picture thread');
  logDrop = seldom((client) =>
    server.log.warn({ client, connections: connections.count }, 'connections full'),
  );
  const free = async (): Promise<void> => {
    await models?.close();
    await pool.close();
    lines.flush();
  };
  try {
    models = await openModels(options, metrics, server);
    addPredict(server, { models, pool, limits });
    addStatus(server, { models, metrics, isReady: () => !stopping });
    const description = openApi({ token: token !== undefined });
    server.get('/openapi.json', { config: { isOpen: true } }, async () => description);
    addPage(server);
    const url = await listen(server, port, host);
    for (const { address, model } of models.slots)
      server.log.info({ model: address, revision: model.revision, path: model.path }, 'model');
    lines.flush();
    if (watch) models.watch();
    const opened = models;
    const stop = async (drainSeconds: number): Promise<void> => {
      stopping = true;
      server.log.info('stopping');
      await wait(drainSeconds * 1000);
      const force = setTimeout(() => server.server.closeAllConnections(), CLOSE_MS);
      await server.close();
      clearTimeout(force);
      server.log.info('stopped');
      await free();
    };
    let closing: Promise<void> | undefined;
    return {
      ...{ url, models },
      reload: async () => await opened.reload(),
      async close(drainSeconds = 0) {
        closing ??= stop(drainSeconds);
        await closing;
      },
    };
  } catch (error) {
    await server.close();
    await free();
    throw error;
  }
}

/** Loads the models; reloads go into the log and the metrics. */
async function openModels(
  { models, backend, weights = 'best', env = process.env }: ServeOptions,
  metrics: ServeMetrics,
  { log }: FastifyInstance,
): Promise<Models> {
  return await Models.open(models, {
    context: (address) => ({
      ...{ backend, weights, env },
      onBatch: (images) => metrics.batch(address, images),
    }),
    onReload: (reload) => {
      metrics.reloaded(reload);
      if (reload.result === 'failed') log.error(reload, 'reload');
      else log.info(reload, 'reload');
    },
  });
}

/** A function that does something at most every ten seconds: a client that opens connections without end must not fill the log. */
function seldom(action: (text: string) => void): (text: string) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (text) => {
    const now = performance.now();
    if (now - last < 10_000) return;
    last = now;
    action(text);
  };
}

async function wait(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
