/**
 * The peer: a plain service of the same network, as one writes it in an afternoon. Fastify, and ONNX Runtime for Node with its
 * defaults. Prints its address.
 *
 *     node peer.mjs deeper.onnx
 */

import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import * as ort from 'onnxruntime-node';

const [, , path] = process.argv;
const session = await ort.InferenceSession.create(readFileSync(path));
const classNames = Array.from({ length: 10 }, (_, i) => `class ${i}`);
const SIZE = 784;

const server = Fastify({ bodyLimit: 16 * 2 ** 20 });
server.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, async (_, body) => body);
server.post('/predict', async (request) => {
  const count = request.body.length / SIZE;
  const images = new ort.Tensor('uint8', Uint8Array.from(request.body), [count, 28, 28, 1]);
  const { probabilities } = await session.run({ images });
  const predictions = Array.from({ length: count }, (_, i) => {
    const row = Array.from(probabilities.data.subarray(i * 10, (i + 1) * 10));
    const index = row.indexOf(Math.max(...row));
    return { label: classNames[index], index, probabilities: row };
  });
  return { predictions };
});
console.log(await server.listen({ host: '127.0.0.1', port: 0 }));
