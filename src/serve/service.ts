/** Serves models over HTTP: puts the parts of this folder together. */

import type { FastifyReply } from 'fastify';
import type { Backend } from '../engine/backend.ts';
import type { WeightsChoice } from '../runs/check-weights.ts';
import { Admission, requestId } from './http/admission.ts';
import { answerBrokenHttp } from './http/broken.ts';
import { hostCheck, wrongHost } from './http/names.ts';
import { Methods, useBodies, useCors, useRate, useZod } from './http/rules.ts';
import { TokenCheck } from './http/token.ts';
import { CONNECTIONS_PER_REQUEST, type Limits, limitsWith } from './limits.ts';
import { LogLines, loggerOptions } from './log.ts';
import type { LogLevel } from './log-levels.ts';
import { ServeMetrics } from './metrics.ts';
import { Models, type Reload } from './models/models.ts';
import type { ModelRequest } from './models/requests.ts';
import { openApi } from './openapi.ts';
import { PicturePool } from './pictures/pool.ts';
import { asRefused, errorBody, type Refused, refusals } from './refusals.ts';
import { addPage, pagePolicy } from './routes/page.ts';
import { addPredict } from './routes/predict.ts';
import { addStatus } from './routes/status.ts';
import { createServer, isLoopback, listen } from './server.ts';

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
  const { port = SERVE_PORT, host = '127.0.0.1', names = [], origins = [], watch = true } = options;
  const { backend, weights = 'best', env = process.env } = options;
  const limits = limitsWith(options.limits);
  const lines = new LogLines(options.onLog ?? (() => {}));
  let stopping = false;
  let models: Models | undefined;
  const isReady = () => !stopping;
  const pool = new PicturePool({ threads: options.pictureThreads ?? 1, seconds: limits.pictureSeconds });
  const metrics: ServeMetrics = new ServeMetrics({
    models: () => models,
    requests: () => admission.requests,
    pictures: () => pool.length,
    isReady,
  });
  const admission: Admission = new Admission({
    limits,
    metrics,
    isStopping: () => stopping,
    token: options.token === undefined ? undefined : new TokenCheck(options.token),
    isAllowedOrigin: (origin, asked) =>
      origins.includes('*') ||
      origins.includes(origin) ||
      origin === `http://${asked}` ||
      origin === `https://${asked}`,
  });
  const refuse = async (reply: FastifyReply, error: Refused): Promise<void> => {
    const { code } = error;
    if (reply.request.state) Object.assign(reply.request.state, { code, cause: error.cause });
    metrics.refused(code);
    // The rest of a body that is not read would be taken for the next request.
    if (code === 'body_too_large') reply.header('Connection', 'close');
    await reply
      .code(refusals[code].status)
      .headers(error.headers)
      .type('application/json; charset=utf-8')
      .send(errorBody(error, reply.request.id));
  };
  const methods = new Methods();
  const server = createServer({
    policy: pagePolicy(),
    isAllowed: hostCheck(names, !isLoopback(host)),
    refuse: async (reply, status) =>
      await refuse(reply, status === 421 ? wrongHost() : methods.refusalOf(reply.request)),
    fastify: {
      bodyLimit: limits.body * 2 ** 20,
      requestTimeout: limits.receiveSeconds * 1000,
      http: { headersTimeout: limits.receiveSeconds * 1000, connectionsCheckingInterval: 1000 },
      forceCloseConnections: 'idle',
      return503OnClosing: false,
      genReqId: requestId,
      requestIdLogLabel: 'requestId',
      trustProxy: options.behindProxy ?? false,
      clientErrorHandler: answerBrokenHttp(metrics),
      routerOptions: { maxParamLength: 200 },
      ...loggerOptions(lines, options.logLevel ?? 'info'),
    },
  });
  server.server.maxConnections = limits.requests * CONNECTIONS_PER_REQUEST;
  server.setErrorHandler(async (error, _, reply) => {
    await refuse(reply, asRefused(error, { mebibytes: limits.body }));
  });
  useZod(server);
  useBodies(server);
  methods.watch(server);
  if (origins.length > 0) await useCors(server, origins);
  admission.addTo(server);
  methods.addTo(server);
  if (limits.clientRate > 0) await useRate(server, limits.clientRate);
  try {
    models = await Models.open(options.models, {
      context: (address) => ({
        ...{ backend, weights, env },
        onBatch: (images) => metrics.batch(address, images),
      }),
      onReload: (reload) => {
        metrics.reloaded(reload);
        const { problem, ...rest } = reload;
        if (problem === undefined) server.log.info(rest, 'reload');
        else server.log.error({ ...rest, problem }, 'reload');
      },
    });
    addPredict(server, { models, pool, limits });
    addStatus(server, { models, metrics, isReady });
    const description = openApi({ token: options.token !== undefined });
    server.get('/openapi.json', { config: { isOpen: true } }, async () => description);
    addPage(server);
    const url = await listen(server, port, host);
    for (const { address, model } of models.slots)
      server.log.info({ model: address, revision: model.revision, path: model.path }, 'model');
    server.log.info({ url }, 'started');
    lines.flush();
    if (watch) models.watch();
    const opened = models;
    let closing: Promise<void> | undefined;
    const stop = async (drainSeconds: number): Promise<void> => {
      stopping = true;
      server.log.info('stopping');
      await wait(drainSeconds * 1000);
      const force = setTimeout(() => server.server.closeAllConnections(), CLOSE_MS);
      await server.close();
      clearTimeout(force);
      await opened.close();
      await pool.close();
      server.log.info('stopped');
      lines.flush();
    };
    return {
      url,
      models,
      reload: async () => await opened.reload(),
      async close(drainSeconds = 0) {
        closing ??= stop(drainSeconds);
        await closing;
      },
    };
  } catch (error) {
    await server.close();
    await models?.close();
    await pool.close();
    throw error;
  }
}

async function wait(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
