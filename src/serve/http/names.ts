/** The names under which the service answers. A page of another site could reach it under a name of its own (DNS rebinding). */

import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { CoutureError } from '../../core/errors.ts';
import { inQuotes } from '../../core/printable.ts';
import { Refused } from '../refusals.ts';
import { isOwnName, nameOfHost } from '../server.ts';

const NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/**
 * Checks the names of --allow-host.
 * @throws CoutureError of kind `usage`
 */
export function checkNames(names: readonly string[]): string[] {
  for (const name of names)
    if (!NAME.test(name) || name.length > 253)
      throw new CoutureError(
        'usage',
        `--allow-host must be host names without a port, not ${inQuotes(name)}.`,
        {
          hint: 'For example: --allow-host models.example.org',
        },
      );
  return names.map((name) => name.toLowerCase());
}

/**
 * Checks the origins of --cors.
 * @throws CoutureError of kind `usage`
 */
export function checkOrigins(origins: readonly string[]): string[] {
  return origins.map((origin) => {
    if (origin === '*' || URL.parse(origin)?.origin === origin) return origin;
    const close = URL.parse(origin)?.origin;
    throw new CoutureError('usage', `--cors must be an origin or *, not ${inQuotes(origin)}.`, {
      hint:
        close === undefined || close === 'null'
          ? 'An origin has a scheme, a host and perhaps a port: https://example.org'
          : `Did you mean ${close}?`,
    });
  });
}

/**
 * Which Host headers are allowed: the names of this machine, the given ones, and, if other machines can reach the service, every
 * IP address: rebinding needs a name.
 */
export function hostCheck(names: readonly string[], open: boolean): (host: string | undefined) => boolean {
  const known = new Set(names);
  return (host) => {
    if (isOwnName(host)) return true;
    const name = nameOfHost(host);
    return known.has(name) || (open && isIP(name) !== 0);
  };
}

/** The error for a Host header that is not allowed. */
export function wrongHost(): Refused {
  return new Refused('wrong_host', 'The service has another name than the Host header of the request.', {
    hint: 'Start the service with --allow-host and the name.',
  });
}

/** Whether a browser asks whether a page may send a request, before it sends the request itself. */
export function isPreflight({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** Which origins are allowed: the service's own page, and those of --cors. */
export function originCheck(
  origins: readonly string[],
): (origin: string, host: string | undefined) => boolean {
  const known = new Set(origins);
  return (origin, host) =>
    known.has('*') || known.has(origin) || origin === `http://${host}` || origin === `https://${host}`;
}
