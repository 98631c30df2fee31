/**
 * What happens to a request before its body is read: it gets an id, is counted until its connection has its answer, and is
 * refused if it is not allowed or the service is full.
 */

import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../limits.ts';
import type { ServeMetrics } from '../metrics.ts';
import { Refused } from '../refusals.ts';
import type { TokenCheck } from './token.ts';
import { type Trace, traceOf } from './trace.ts';

/** What the service knows of a request. */
export interface RequestState {
  readonly trace: Trace | undefined;
  readonly started: number;
  /** Aborts when the client leaves or the time is over. */
  readonly controller: AbortController;
  /** Facts for the log. */
  model?: string;
  revision?: string;
  images?: number;
  code?: string;
  cause?: unknown;
}

declare module 'fastify' {
  interface FastifyRequest {
    state: RequestState;
  }
}

/** Rules of admission. */
export interface AdmissionRules {
  readonly limits: Limits;
  readonly metrics: ServeMetrics;
  readonly token: TokenCheck | undefined;
  readonly isStopping: () => boolean;
  /** Whether pages of an origin may use the service. */
  readonly isAllowedOrigin: (origin: string, host: string | undefined) => boolean;
}

const ID = /^[\w.:-]{1,64}$/;
const run = randomBytes(6).toString('base64url');
let number = 0;

/** The id of a request: the caller's, or a new one. */
export function requestId({ headers }: { readonly headers: Record<string, unknown> }): string {
  const { 'x-request-id': given } = headers;
  if (typeof given === 'string' && ID.test(given)) return given;
  number += 1;
  return `${run}-${number.toString(36)}`;
}

/** Requests in progress: all, and those of each client. */
export class Admission {
  readonly #rules: AdmissionRules;
  readonly #clients = new Map<string, number>();
  #requests = 0;
  /** Bytes of bodies that are on their way. */
  #bytes = 0;

  constructor(rules: AdmissionRules) {
    this.#rules = rules;
  }

  /** Requests in progress. */
  get requests(): number {
    return this.#requests;
  }

  /** Adds the hooks to a server. */
  addTo(server: FastifyInstance): void {
    server.decorateRequest('state', null as unknown as RequestState);
    server.addHook('onRequest', async (request, reply) => this.#enter(request, reply));
  }

  #enter(request: FastifyRequest, reply: FastifyReply): void {
    const { headers, id } = request;
    const trace = traceOf(headers);
    request.state = { trace, started: performance.now(), controller: new AbortController() };
    reply.header('X-Request-Id', id);
    if (trace !== undefined) {
      reply.header('traceparent', trace.traceparent);
      if (trace.tracestate !== undefined) reply.header('tracestate', trace.tracestate);
    }
    this.#count(request, reply);
    const { isAllowedOrigin, isStopping, token } = this.#rules;
    // The client is to connect again, to a service that goes on.
    if (isStopping()) reply.header('Connection', 'close');
    if (headers.origin !== undefined && !isAllowedOrigin(headers.origin, headers.host))
      throw new Refused('foreign_origin', 'Pages of this origin may not use the service.', {
        hint: 'Start the service with --cors and the origin of the page.',
      });
    const isOpen = (request.routeOptions.config as { isOpen?: boolean }).isOpen === true;
    if (token !== undefined && !isOpen && !token.accepts(headers.authorization))
      throw new Refused('unauthorized', 'The bearer token is missing or wrong.', {
        hint: 'Send the header Authorization: Bearer TOKEN.',
        headers: { 'WWW-Authenticate': 'Bearer realm="couture"' },
      });
    this.#checkRoom(request);
  }

  /** Counts the request until its answer is written or its connection is lost. */
  #count(request: FastifyRequest, reply: FastifyReply): void {
    const { ip } = request;
    const bytes = Number(request.headers['content-length'] ?? 0) || 0;
    this.#requests += 1;
    this.#bytes += bytes;
    this.#clients.set(ip, (this.#clients.get(ip) ?? 0) + 1);
    reply.raw.once('close', () => {
      this.#requests -= 1;
      this.#bytes -= bytes;
      const left = (this.#clients.get(ip) ?? 1) - 1;
      if (left > 0) this.#clients.set(ip, left);
      else this.#clients.delete(ip);
      this.#end(request, reply);
    });
  }

  #end(request: FastifyRequest, reply: FastifyReply): void {
    const { state, method } = request;
    const left = !reply.raw.writableFinished;
    if (left) state.controller.abort();
    const route = request.routeOptions.url ?? 'none';
    // 499, as nginx writes it: the client left before its answer.
    const status = left ? 499 : reply.statusCode;
    const seconds = (performance.now() - state.started) / 1000;
    this.#rules.metrics.ended(route, status, seconds);
    const { trace, controller: _, started: __, cause, ...facts } = state;
    const line = {
      ...{ method, route, status, ms: Math.round(seconds * 1e5) / 100, ...facts },
      client: request.ip,
      ...(trace !== undefined && { traceId: trace.traceId, parentId: trace.parentId }),
    };
    if (status >= 500 && cause !== undefined) request.log.error({ ...line, err: cause }, 'request');
    else request.log.info(line, 'request');
  }

  #checkRoom(request: FastifyRequest): void {
    const { requests, clientRequests, body } = this.#rules.limits;
    // Health and metrics stay available in a service that is full.
    if ((request.routeOptions.config as { isLight?: boolean }).isLight === true) return;
    if ((this.#clients.get(request.ip) ?? 0) > clientRequests)
      throw new Refused(
        'too_many_requests',
        `This client has more than ${clientRequests} requests in progress, the limit.`,
        { hint: 'Wait for answers, or send several images in one request.' },
      );
    // Bodies in memory: as many as 32 of the largest.
    if (this.#requests > requests || this.#bytes > 32 * body * 2 ** 20)
      throw new Refused(
        'overloaded',
        `The service has more than ${requests} requests in progress, the limit.`,
        {
          hint: 'Try again later.',
        },
      );
  }
}
