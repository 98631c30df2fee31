/** The Studio as hosts of static sites give it out: text is gzipped. The server of `couture studio` is on the same machine and does not. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** Gives out what another server has, gzipped. */
export async function serveCompressed(from: string): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    void (async () => {
      const answer = await fetch(new URL(request.url ?? '/', from), {
        headers: request.headers.range === undefined ? {} : { range: request.headers.range },
      });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const isText = /javascript|css|html|json|svg/.test(answer.headers.get('content-type') ?? '');
      const headers = Object.fromEntries(
        [...answer.headers].filter(([name]) => !/^(content-length|connection|keep-alive)$/.test(name)),
      );
      response.writeHead(answer.status, { ...headers, ...(isText && { 'content-encoding': 'gzip' }) });
      response.end(isText ? gzipSync(bytes) : bytes);
    })().catch((error: unknown) => {
      response.writeHead(502).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
