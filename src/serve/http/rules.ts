/** Rules of all routes: checks by schemas, bodies as bytes, methods, origins and rates. */

import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodType } from 'zod';
import { checkSchema } from '../../core/check-schema.ts';
import { inQuotes } from '../../core/printable.ts';
import { Refused } from '../refusals.ts';
import { clientOf } from './client.ts';
import { bodyTypes } from './inputs.ts';
import { isPreflight } from './names.ts';

/** Parameters and queries are checked by the schemas of their routes. */
export function useZod(server: FastifyInstance): void {
  server.setValidatorCompiler<ZodType>(({ schema, httpPart }) => (value: unknown) => {
    const place = httpPart === 'params' ? 'path' : 'query';
    const twice = Object.entries(value as object).find(([, each]) => Array.isArray(each))?.[0];
    if (twice !== undefined)
      return { error: new Refused('bad_request', `The ${place}: ${inQuotes(twice)} appears twice.`) };
    try {
      // Fastify's own objects have no prototype.
      return {
        value: checkSchema(
          schema,
          { ...(value as object) },
          ({ what, hint }) => new Refused('bad_request', `The ${place}: ${what}.`, { hint }),
        ),
      };
    } catch (error) {
      return { error: error as Error };
    }
  });
}

/** Bodies are kept as bytes, whatever their type; all other types are refused. */
export function useBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>(
    Object.keys(bodyTypes),
    { parseAs: 'buffer' },
    async (_: unknown, body: Buffer) => body,
  );
}

/** The methods of each route, for requests with another one. */
export class Methods {
  readonly #routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  /** Notes the routes that are added from now on. */
  watch(server: FastifyInstance): void {
    server.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return;
      const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`);
      const known = this.#routes.get(url) ?? { pattern, methods: new Set<string>() };
      for (const each of [method].flat()) known.methods.add(each);
      this.#routes.set(url, known);
    });
  }

  /** Refuses requests without a route before their body is read. */
  addTo(server: FastifyInstance): void {
    server.addHook('onRequest', (request, _, done) => {
      if (request.is404) throw this.refusalOf(request);
      done();
    });
  }

  /** The error for a request without a route. */
  refusalOf({ url, method }: FastifyRequest): Refused {
    const path = url.replace(/^[a-z]+:\/\/[^/?]*/i, '').split('?', 1)[0];
    const found = [...this.#routes.values()].find(({ pattern }) => pattern.test(path));
    if (found === undefined)
      return new Refused('not_found', 'There is no such route.', {
        hint: 'The routes are described at /openapi.json.',
      });
    const allowed = [...found.methods].sort().join(', ');
    return new Refused('method_not_allowed', `This route has ${allowed}, not ${method}.`, {
      headers: { Allow: allowed },
    });
  }
}

/** Lets pages of some origins use the service: gives answers the headers that browsers want. Errors have them, too. */
export async function useCors(server: FastifyInstance, origins: readonly string[]): Promise<void> {
  await server.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    // They are checked and counted first, like all other requests: `answerPreflights` answers them.
    preflightContinue: true,
    strictPreflight: false,
    methods: ['GET', 'POST'],
    allowedHeaders: ['Authorization', 'Content-Type', 'X-Request-Id', 'traceparent', 'tracestate'],
    exposedHeaders: ['Retry-After', 'X-Request-Id', 'X-Model', 'X-Revision', 'traceparent', 'tracestate'],
    maxAge: 600,
  });
}

/** Answers the questions of browsers, after the other rules. */
export function answerPreflights(server: FastifyInstance, methods: Methods): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'OPTIONS') return done();
    if (!isPreflight(request)) throw methods.refusalOf(request);
    reply.code(204).header('Content-Length', '0').send();
  });
}

/** Limits the requests of each client in a second: all of them, those without a route or a token as well. */
export async function useRate(server: FastifyInstance, rate: number): Promise<void> {
  await server.register(rateLimit, {
    global: false,
    keyGenerator: ({ ip }) => clientOf(ip),
    max: rate,
    timeWindow: 1000,
    cache: 10_000,
    addHeaders: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
      'retry-after': true,
    },
    errorResponseBuilder: () =>
      new Refused('rate_limited', `This client sent more than ${rate} requests in a second, the limit.`, {
        hint: 'Send fewer requests, or several images in one request.',
      }),
  });
  server.addHook('onRequest', server.rateLimit());
}
