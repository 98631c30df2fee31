/** Headers about a body: refuses what would be read as something else, and asks clients that wait for it to send their bodies. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Refused } from '../refusals.ts';

/** Adds the hook, as the last one before bodies are read. */
export function useBodyHeaders(server: FastifyInstance): void {
  // Node would ask for the body before anything is checked, and refuse other expectations without a log line.
  const ask = (request: IncomingMessage, response: ServerResponse): void =>
    void server.server.emit('request', request, response);
  server.server.on('checkContinue', ask).on('checkExpectation', ask);
  server.addHook('onRequest', ({ headers, raw }, reply, done) => {
    const { expect } = headers;
    checkEncodings(headers);
    if (expect !== undefined) {
      if (expect.trim().toLowerCase() !== '100-continue')
        throw new Refused('bad_request', 'The header Expect must be 100-continue, or be left out.');
      if (raw.httpVersion !== '1.0') reply.raw.writeContinue();
    }
    done();
  });
}

/** @throws Refused when a body is compressed, or was for its way: its bytes would be taken for those of the images */
function checkEncodings({
  'content-encoding': content,
  'transfer-encoding': transfer,
}: IncomingMessage['headers']): void {
  if (content?.split(',').some((coding) => !['', 'identity'].includes(coding.trim().toLowerCase())))
    throw new Refused('unsupported_type', 'The body has a Content-Encoding, but it must not be compressed.', {
      hint: 'Send the bytes of the file as they are, without the header Content-Encoding.',
      headers: { 'Accept-Encoding': 'identity' },
    });
  if (transfer !== undefined && transfer.trim().toLowerCase() !== 'chunked')
    throw new Refused('unsupported_type', 'The Transfer-Encoding of the body must be chunked.', {
      hint: 'Send the bytes of the file as they are, and Content-Length.',
    });
}
