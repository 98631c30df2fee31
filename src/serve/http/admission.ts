/**
 * What happens to a request before its body is read: it gets an id, is counted until its connection has its answer, and is
 * refused if it is not allowed or the service is full.
 */

import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../limits.ts';
import type { ServeMetrics } from '../metrics.ts';
import { bodyTooLarge, Refused } from '../refusals.ts';
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

/** Bodies of the largest size that fit into memory together, and those of one client. */
const MOST_BODIES = 32;
const MOST_BODIES_OF_CLIENT = MOST_BODIES / 4;

/** Requests in progress, and the bytes that are reserved for their bodies. */
interface Counts {
  requests: number;
  bytes: number;
}

/** Requests in progress: all, and those of each client. */
export class Admission {
  readonly #rules: AdmissionRules;
  readonly #all: Counts = { requests: 0, bytes: 0 };
  readonly #clients = new Map<string, Counts>();

  constructor(rules: AdmissionRules) {
    this.#rules = rules;
  }

  /** Requests in progress. */
  get requests(): number {
    return this.#all.requests;
  }

  /** Adds the hooks to a server. */
  addTo(server: FastifyInstance): void {
    server.decorateRequest('state', null as unknown as RequestState);
    server.addHook('onRequest', async (request, reply) => this.#enter(request, reply));
  }

  /** Gives a request its state and its answer an id, and counts and logs it until its end. */
  begin(request: FastifyRequest, reply: FastifyReply): Counts {
    const { headers, id } = request;
    const trace = traceOf(headers);
    request.state = { trace, started: performance.now(), controller: new AbortController() };
    reply.header('X-Request-Id', id);
    if (trace !== undefined) {
      reply.header('traceparent', trace.traceparent);
      if (trace.tracestate !== undefined) reply.header('tracestate', trace.tracestate);
    }
    // The client is to connect again, to a service that goes on.
    if (this.#rules.isStopping()) reply.header('Connection', 'close');
    return this.#count(request, reply);
  }

  #enter(request: FastifyRequest, reply: FastifyReply): void {
    const client = this.begin(request, reply);
    const { headers } = request;
    const { isAllowedOrigin, token } = this.#rules;
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
    // Health and metrics stay available in a service that is full.
    if ((request.routeOptions.config as { isLight?: boolean }).isLight === true) return;
    this.#checkRequests(client);
    this.#reserve(client, request, reply);
  }

  /** Counts the request until its answer is written or its connection is lost. */
  #count(request: FastifyRequest, reply: FastifyReply): Counts {
    const { ip } = request;
    const client = this.#clients.get(ip) ?? { requests: 0, bytes: 0 };
    this.#clients.set(ip, client);
    this.#all.requests += 1;
    client.requests += 1;
    reply.raw.once('close', () => {
      this.#all.requests -= 1;
      client.requests -= 1;
      if (client.requests === 0) this.#clients.delete(ip);
      this.#end(request, reply);
    });
    return client;
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

  #checkRequests(client: Counts): void {
    const { requests, clientRequests } = this.#rules.limits;
    if (client.requests > clientRequests)
      throw new Refused(
        'too_many_requests',
        `This client has more than ${clientRequests} requests in progress, the limit.`,
        { hint: 'Wait for answers, or send several images in one request.' },
      );
    if (this.#all.requests > requests)
      throw new Refused(
        'overloaded',
        `The service has more than ${requests} requests in progress, the limit.`,
        { hint: 'Try again later.' },
      );
  }

  /** Reserves memory for the body until the request ends. Who only announces a body holds no more than a share of it. */
  #reserve(client: Counts, { headers }: FastifyRequest, reply: FastifyReply): void {
    const { body } = this.#rules.limits;
    const most = body * 2 ** 20;
    const isChunked = headers['transfer-encoding'] !== undefined;
    // A body in chunks has any length up to the limit.
    const bytes = isChunked ? most : Number(headers['content-length'] ?? 0);
    if (bytes > most) throw bodyTooLarge(body);
    if (client.bytes + bytes > MOST_BODIES_OF_CLIENT * most)
      throw new Refused(
        'too_many_requests',
        `The requests of this client in progress have bodies of more than ${MOST_BODIES_OF_CLIENT * body} MiB, the limit.`,
        { hint: 'Wait for answers, and send Content-Length: a body without it counts as the largest.' },
      );
    if (this.#all.bytes + bytes > MOST_BODIES * most)
      throw new Refused(
        'overloaded',
        `The requests in progress have bodies of more than ${MOST_BODIES * body} MiB, the limit.`,
        { hint: 'Try again later.' },
      );
    client.bytes += bytes;
    this.#all.bytes += bytes;
    reply.raw.once('close', () => {
      client.bytes -= bytes;
      this.#all.bytes -= bytes;
    });
  }
}
