/**
 * The server of pages and, later, of models: Fastify with the rules that everything served here keeps. It answers only
 * requests that name it, so that a page of another site cannot reach it under a name of its own (DNS rebinding).
 */

import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { CoutureError } from '../core/errors.ts';
import { policyText } from './policy.ts';

/** Addresses that only this machine can reach. */
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Sent with every answer: memory may be shared between threads, and no other site may use what is served. */
const headers: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': `${policyText()}; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** A server without routes, which has these rules. Stop it with `close()`. */
export function createServer(): FastifyInstance {
  const server = Fastify({
    // Nobody needs to send anything, and nobody may keep a connection open without end.
    bodyLimit: 1024,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 100 },
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(headers);
    if (!isOwnName(request.headers.host)) return await refuse(reply, 421, 'This server has another name.');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return await refuse(reply.header('Allow', 'GET, HEAD'), 405, 'Only GET and HEAD are allowed.');
  });
  server.setNotFoundHandler(async (_, reply) => await refuse(reply, 404, 'There is no such file.'));
  server.setErrorHandler(async (error, _, reply) => {
    const { statusCode = 500 } = error as { readonly statusCode?: number };
    const known = statusCode >= 400 && statusCode < 500;
    // A message of the server's own may name a path of this machine.
    return await refuse(
      reply,
      known ? statusCode : 500,
      known ? 'The request is not valid.' : 'The server could not answer.',
    );
  });
  return server;
}

/** Whether a Host header names this machine, with any port. */
export function isOwnName(host: string | undefined): boolean {
  const name = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host ?? '');
  return loopback.has((name?.[1] ?? name?.[2] ?? '').toLowerCase());
}

async function refuse(reply: FastifyReply, status: number, message: string): Promise<FastifyReply> {
  return await reply.code(status).type('text/plain; charset=utf-8').send(`${message}\n`);
}

/**
 * Starts a server on this machine alone.
 * @returns its address, with a slash at its end
 * @throws CoutureError of kind `usage` when the port is in use or not allowed
 */
export async function listen(server: FastifyInstance, port: number): Promise<string> {
  try {
    await server.listen({ host: '127.0.0.1', port });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
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
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}/`;
}
