/** GET /models, /healthz, /readyz and /metrics. */

import type { FastifyInstance } from 'fastify';
import type { ServeMetrics } from '../metrics.ts';
import type { Models } from '../models/models.ts';

/** What the routes need. */
export interface StatusContext {
  readonly models: Models;
  readonly metrics: ServeMetrics;
  readonly isReady: () => boolean;
}

/** Adds the routes. */
export function addStatus(server: FastifyInstance, { models, metrics, isReady }: StatusContext): void {
  // Load balancers have no token, and must get an answer from a service that is full.
  const open = { config: { isOpen: true, isLight: true } };
  const fresh = { 'Cache-Control': 'no-store' };

  server.get('/models', async (_, reply) => {
    const list = models.slots.map(({ address, name, version, model, problem }) => ({
      ...{ address, name, version: version ?? null },
      isDefault: models.find(name)?.address === address,
      revision: model.revision,
      loaded: model.loaded.toISOString(),
      classNames: model.classNames,
      shape: model.shape,
      unlike: model.scorer !== undefined,
      problem: problemText(problem),
    }));
    return await reply.headers(fresh).send({ couture: 1, models: list });
  });

  server.get('/healthz', open, async (_, reply) => await reply.headers(fresh).send({ status: 'ok' }));

  server.get('/readyz', open, async (_, reply) => {
    const ready = isReady();
    const list = models.slots.map(({ address, model, problem }) => ({
      ...{ address, revision: model.revision, problem: problemText(problem) },
    }));
    return await reply
      .code(ready ? 200 : 503)
      .headers(fresh)
      .send({ status: ready ? 'ready' : 'stopping', models: list });
  });

  server.get('/metrics', { config: { isLight: true } }, async (_, reply) => {
    const { type, text } = await metrics.text();
    return await reply.headers(fresh).type(type).send(text);
  });
}

/** What clients get to know: the cause may name a path of this machine, so only the log has it. */
function problemText(problem: string | undefined): string | null {
  return problem === undefined
    ? null
    : 'The newest files of this model could not be loaded. The log of the service has the cause.';
}
