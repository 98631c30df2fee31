/**
 * The server of pages and of models: Fastify with the rules that everything served here keeps. It answers only requests that
 * name it, so that a page of another site cannot reach it under a name of its own (DNS rebinding).
 */

import type { Server } from 'node:http';
import Fastify, {
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { CoutureError } from '../core/errors.ts';
import { inQuotes } from '../core/printable.ts';
import { policyText } from './policy.ts';

/** Addresses that only this machine can reach. */
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** The rules of a server. */
export interface ServerRules {
  /** Limits and the log. */
  readonly fastify?: FastifyHttpOptions<Server>;
  /** What pages may load. */
  readonly policy?: string;
  /** Whether a Host header is allowed; by default, those that name this machine. */
  readonly isAllowed?: (host: string | undefined) => boolean;
  /** Refuses a request: 421 for a name that is not allowed, 404 for a route that does not exist, 400 for an invalid path. */
  readonly refuse: (reply: FastifyReply, status: 400 | 404 | 421) => Promise<unknown>;
}

/** A server without routes, which has these rules. Stop it with `close()`. */
export function createServer({
  fastify,
  policy = policyText(),
  isAllowed = isOwnName,
  refuse,
}: ServerRules): FastifyInstance {
  // Sent with every answer: memory may be shared between threads, and no other site may embed what is served.
  const headers: Readonly<Record<string, string>> = {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Security-Policy': `${policy}; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
  /** Gives an answer its headers, and refuses a request under another name. */
  const enter = async (reply: FastifyReply, host: string | undefined): Promise<void> => {
    reply.headers(headers);
    if (!isAllowed(host)) await refuse(reply, 421);
  };
  const server: FastifyInstance = Fastify({
    // Nobody may keep a connection open without end.
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 100 },
    // A path with invalid escapes or a name that is too long: Fastify runs no hooks and no error handler for these.
    frameworkErrors: (_, request, reply: FastifyReply) => {
      const answer = async (): Promise<void> => {
        await enter(reply, hostOf(request));
        if (!reply.sent) await refuse(reply, 400);
      };
      answer().catch((error: unknown) => reply.raw.destroy(error instanceof Error ? error : undefined));
    },
    ...fastify,
    // If a header appears twice, Node would take the first one, and a proxy perhaps the second. Joined, they are not valid.
    http: { joinDuplicateHeaders: true, ...fastify?.http },
  });
  server.addHook('onRequest', async (request, reply) => await enter(reply, hostOf(request)));
  server.setNotFoundHandler(async (_, reply) => await refuse(reply, 404));
  return server;
}

/** The host that a request is for: its Host header, or the one of its URL, which is there in requests to proxies. */
function hostOf({ raw, headers }: FastifyRequest): string | undefined {
  const { url = '' } = raw;
  return url.startsWith('/') ? headers.host : (/^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host);
}

/** The name in a Host header without its port, in small letters; empty if the header is not valid. */
export function nameOfHost(host: string | undefined): string {
  const name = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host ?? '');
  return (name?.[1] ?? name?.[2] ?? '').toLowerCase();
}

/** Whether a Host header names this machine, with any port. */
export function isOwnName(host: string | undefined): boolean {
  return loopback.has(nameOfHost(host));
}

/** Whether an address can be reached by this machine alone. */
export function isLoopback(host: string): boolean {
  return loopback.has(host.toLowerCase());
}

/**
 * Starts a server.
 * @param wanted the address to listen at; only this machine reaches the default
 * @returns its address, with a slash at its end
 * @throws CoutureError of kind `usage` when the address or the port is in use or not allowed
 */
export async function listen(server: FastifyInstance, port: number, wanted = '127.0.0.1'): Promise<string> {
  // For this name, Fastify opens one server for each of its addresses, and only the first has the limits.
  const host = wanted.toLowerCase() === 'localhost' ? '127.0.0.1' : wanted;
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL' || code === 'EAI_AGAIN')
      throw new CoutureError('usage', `The host ${inQuotes(host)} is not an address of this machine.`, {
        hint: 'Give 127.0.0.1, 0.0.0.0 for every address of this machine, or one of its addresses.',
        cause,
      });
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: 'another program uses it',
      EACCES: 'this user may not use it',
    };
    throw new CoutureError('usage', `The port ${port} cannot be used: ${reasons[code] ?? code}.`, {
      hint: 'Choose another one with --port.',
      cause,
    });
  }
  const address = server.server.address();
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${typeof address === 'object' && address !== null ? address.port : port}/`;
}
