/** Answers what is not valid HTTP, what arrives too slowly, and headers that are too large: Node gives these no request. */

import { ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { MAX_HEADER_BYTES } from '../limits.ts';
import type { ServeMetrics } from '../metrics.ts';
import { errorBody, Refused, refusals } from '../refusals.ts';

/** The handler for such clients: answers and closes the connection. */
export function answerBrokenHttp(
  metrics: ServeMetrics,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    // The client has gone; or an earlier request of the connection waits for its answer, for which this would be taken.
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket))
      return void socket.destroy(error);
    const refused = refusalOf(error.code);
    // A client that ends its side in the middle of a request has left, as a rule: admission counts that as 499.
    if (error.code !== 'HPE_INVALID_EOF_STATE') metrics.refused(refused.code);
    const { status } = refusals[refused.code];
    const body = JSON.stringify(errorBody(refused));
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'X-Content-Type-Options: nosniff',
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
    // A client that does not read is not waited for.
    setTimeout(() => socket.destroy(), 1000).unref();
  };
}

/** Whether the connection owes an answer to a request that has arrived as a whole, or has begun with an answer. */
function isAnswering(socket: Socket): boolean {
  // Node's own handler looks at the same field.
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  return answer instanceof ServerResponse && (answer.headersSent || answer.req.complete);
}

function refusalOf(code: string | undefined): Refused {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refused('slow_request', 'The request did not arrive in time.', {
        hint: 'Send it faster, or start the service with a larger --receive-seconds.',
      });
    case 'HPE_HEADER_OVERFLOW':
      return new Refused(
        'headers_too_large',
        `The headers have more than ${MAX_HEADER_BYTES} bytes, the limit.`,
      );
    default:
      return new Refused('bad_request', 'This is not a valid HTTP request.');
  }
}
