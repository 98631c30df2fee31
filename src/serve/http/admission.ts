/**
 * What happens to a request before its body is read: it gets an id, is counted until its connection has its answer, and is
 * refused if it is not allowed or the service is full.
 */

import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../limits.ts';
import type { ServeMetrics } from '../metrics.ts';
import { Refused } from '../refusals.ts';
import { clientOf } from './client.ts';
import type { Connections } from './connections.ts';
import { InProgress, type Place } from './in-progress.ts';
import { isPreflight } from './names.ts';
import type { TokenCheck } from './token.ts';
import { type Trace, traceOf } from './trace.ts';
import { UnreadAnswers } from './unread.ts';

/** What the service knows of a request. */
export interface RequestState {
  readonly trace: Trace | undefined;
  readonly started: number;
  /** Aborts when the client leaves or the time is over. */
  readonly controller: AbortController;
  readonly place: Place;
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
  readonly connections: Connections;
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

/** Counts requests until their ends, and refuses those that are not allowed. */
export class Admission {
  readonly #rules: AdmissionRules;
  readonly #inProgress: InProgress;
  #unread: UnreadAnswers | undefined;

  constructor(rules: AdmissionRules) {
    this.#rules = rules;
    this.#inProgress = new InProgress(rules.limits);
  }

  /** Requests in progress. */
  get requests(): number {
    return this.#inProgress.all.requests;
  }

  /** Adds the hooks that every request runs through, whatever becomes of it. */
  addTo(server: FastifyInstance): void {
    server.decorateRequest('state', null as unknown as RequestState);
    server.addHook('onRequest', (request, reply, done) => {
      this.begin(request, reply);
      done();
    });
    server.addHook('onSend', (request, reply, payload, done) => {
      this.#holdAnswer(request, reply, payload);
      done();
    });
    server.server.once('listening', () => {
      this.#unread = new UnreadAnswers(this.#rules.limits.sendSeconds, ({ request }) => {
        request.state.code = 'unread_answer';
        this.#rules.metrics.refused('unread_answer');
      });
    });
    server.server.once('close', () => this.#unread?.close());
  }

  /** Adds the hook that refuses requests. */
  addChecksTo(server: FastifyInstance): void {
    server.addHook('onRequest', (request, _, done) => {
      this.#check(request);
      done();
    });
  }

  /** Gives a request its state and its answer an id, and counts and logs it until its end. */
  begin(request: FastifyRequest, reply: FastifyReply): void {
    const { headers, id } = request;
    const trace = traceOf(headers);
    const place = this.#inProgress.add(clientOf(request.ip));
    request.state = { trace, place, started: performance.now(), controller: new AbortController() };
    reply.header('X-Request-Id', id);
    if (trace !== undefined) {
      reply.header('traceparent', trace.traceparent);
      if (trace.tracestate !== undefined) reply.header('tracestate', trace.tracestate);
    }
    // The client is to connect again, to a service that goes on.
    if (this.#rules.isStopping()) reply.header('Connection', 'close');
    const watched = this.#unread?.add(reply);
    const { socket } = request.raw;
    this.#rules.connections.begin(socket);
    // Its answer is written, or its connection is lost.
    reply.raw.once('close', () => {
      if (watched !== undefined) this.#unread?.delete(watched);
      this.#rules.connections.end(socket);
      place.leave();
      this.#end(request, reply);
    });
  }

  #check(request: FastifyRequest): void {
    const { headers } = request;
    const { isAllowedOrigin, token } = this.#rules;
    if (headers.origin !== undefined && !isAllowedOrigin(headers.origin, headers.host))
      throw new Refused('foreign_origin', 'Pages of this origin may not use the service.', {
        hint: 'Start the service with --cors and the origin of the page.',
      });
    // Browsers send no token before they know that they may.
    const isOpen = configOf(request).isOpen === true || isPreflight(request);
    if (token !== undefined && !isOpen && !token.accepts(headers.authorization))
      throw new Refused('unauthorized', 'The bearer token is missing or wrong.', {
        hint: 'Send the header Authorization: Bearer TOKEN.',
        headers: { 'WWW-Authenticate': 'Bearer realm="couture"' },
      });
    // Health and metrics stay available in a service that is full.
    if (isLight(request)) return;
    request.state.place.checkRequests();
    request.state.place.holdBody(headers);
  }

  /** The answer takes the place of the body in memory. */
  #holdAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): void {
    request.body = undefined;
    const { place } = request.state;
    // Errors are small, and must not become other errors.
    if (reply.statusCode >= 400 || isLight(request)) place.freeBody();
    else if (typeof payload === 'string' || Buffer.isBuffer(payload))
      place.holdAnswer(Buffer.byteLength(payload));
  }

  #end(request: FastifyRequest, reply: FastifyReply): void {
    const { state, method } = request;
    const left = !reply.raw.writableFinished;
    if (left) state.controller.abort('left');
    const route = request.routeOptions.url ?? 'none';
    // 499, as nginx writes it: the client left before its answer.
    const status = left ? 499 : reply.statusCode;
    const seconds = (performance.now() - state.started) / 1000;
    this.#rules.metrics.ended(route, status, seconds);
    const { trace, controller: _, started: __, place: ___, cause, ...facts } = state;
    const line = {
      ...{ method, route, status, ms: Math.round(seconds * 1e5) / 100, ...facts },
      client: request.ip,
      ...(trace !== undefined && { traceId: trace.traceId, parentId: trace.parentId }),
    };
    if (status >= 500 && cause !== undefined) request.log.error({ ...line, err: cause }, 'request');
    else request.log.info(line, 'request');
  }
}

/** The marks of a route. */
function configOf({ routeOptions }: FastifyRequest): {
  readonly isOpen?: boolean;
  readonly isLight?: boolean;
} {
  return routeOptions.config as { readonly isOpen?: boolean; readonly isLight?: boolean };
}

function isLight(request: FastifyRequest): boolean {
  return configOf(request).isLight === true;
}
