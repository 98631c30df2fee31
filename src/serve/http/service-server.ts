/** The server of the service: the rules of every route, without the routes. */

import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Limits } from '../limits.ts';
import { type LogLines, loggerOptions } from '../log.ts';
import type { LogLevel } from '../log-levels.ts';
import type { ServeMetrics } from '../metrics.ts';
import { asRefused, errorBody, Refused, refusals } from '../refusals.ts';
import { pagePolicy } from '../routes/page.ts';
import { createServer, isLoopback } from '../server.ts';
import { Admission, requestId } from './admission.ts';
import { useBodyHeaders } from './body-headers.ts';
import { answerBrokenHttp } from './broken.ts';
import type { Connections } from './connections.ts';
import { hostCheck, originCheck, wrongHost } from './names.ts';
import { answerPreflights, Methods, useBodies, useCors, useRate, useZod } from './rules.ts';
import { TokenCheck } from './token.ts';

/** Most characters of a name in a path. */
const MAX_NAME = 200;

/** The rules. */
export interface ServiceRules {
  readonly host: string;
  readonly names: readonly string[];
  readonly origins: readonly string[];
  readonly token: string | undefined;
  readonly behindProxy: boolean;
  readonly limits: Limits;
  readonly metrics: ServeMetrics;
  readonly connections: Connections;
  readonly lines: LogLines;
  readonly logLevel: LogLevel;
  readonly isStopping: () => boolean;
}

/** A server with these rules, and its count of requests. */
export async function createServiceServer(
  rules: ServiceRules,
): Promise<{ readonly server: FastifyInstance; readonly admission: Admission }> {
  const { host, names, origins, token, limits, metrics, connections, isStopping } = rules;
  const methods = new Methods();
  const refuse = refuser(metrics);
  const admission = new Admission({
    ...{ limits, metrics, isStopping, connections },
    token: token === undefined ? undefined : new TokenCheck(token),
    isAllowedOrigin: originCheck(origins),
  });
  const server = createServer({
    policy: pagePolicy(),
    isAllowed: hostCheck(names, !isLoopback(host)),
    refuse: async (reply, status) => {
      // Those with a wrong name or path come here before they are admitted.
      if (!reply.request.state) admission.begin(reply.request, reply);
      if (status === 421) await refuse(reply, wrongHost());
      else await refuse(reply, status === 400 ? wrongPath() : methods.refusalOf(reply.request));
    },
    fastify: {
      bodyLimit: limits.body * 2 ** 20,
      requestTimeout: limits.receiveSeconds * 1000,
      // Clients that are too slow are looked for this often.
      http: { headersTimeout: limits.receiveSeconds * 1000, connectionsCheckingInterval: 1000 },
      forceCloseConnections: 'idle',
      return503OnClosing: false,
      genReqId: requestId,
      // The last address of X-Forwarded-For is from the proxy. Those before it are whatever the client wrote.
      trustProxy: rules.behindProxy && ((_: string, hop: number) => hop === 0),
      clientErrorHandler: answerBrokenHttp(metrics),
      routerOptions: { maxParamLength: MAX_NAME },
      ...loggerOptions(rules.lines, rules.logLevel),
    },
  });
  connections.addTo(server.server);
  server.setErrorHandler(async (error, _, reply) => {
    await refuse(reply, asRefused(error, { mebibytes: limits.body }));
  });
  useZod(server);
  useBodies(server);
  methods.watch(server);
  // From here on in the order in which requests run through them.
  admission.addTo(server);
  if (origins.length > 0) await useCors(server, origins);
  if (limits.clientRate > 0) await useRate(server, limits.clientRate);
  admission.addChecksTo(server);
  if (origins.length > 0) answerPreflights(server, methods);
  methods.addTo(server);
  useBodyHeaders(server);
  return { server, admission };
}

function wrongPath(): Refused {
  return new Refused('bad_request', 'The path of the request is not valid.', {
    hint: `Names in a path have at most ${MAX_NAME} characters. Other characters than letters and digits are written as % and two hexadecimal digits.`,
  });
}

/** Answers with an error. */
function refuser(metrics: ServeMetrics): (reply: FastifyReply, error: Refused) => Promise<void> {
  return async (reply, error) => {
    const { code } = error;
    // The client has left: nothing was refused.
    if (reply.request.socket.destroyed) return;
    Object.assign(reply.request.state, { code, cause: error.cause });
    metrics.refused(code);
    // The rest of a body that is not read would be taken for the next request.
    if (code === 'body_too_large') reply.header('Connection', 'close');
    await reply
      .code(refusals[code].status)
      .headers(error.headers)
      .type('application/json; charset=utf-8')
      .send(errorBody(error, reply.request.id));
  };
}
