/** What the Studio's server gives out of folders of this machine: lists that mostly have not changed, and files by known names. */

import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openBelow } from '../platform/node/files/read.ts';

/** Sends a list as JSON. A page asks every few seconds, and mostly nothing has changed. */
export async function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  list: object,
): Promise<FastifyReply> {
  const body = JSON.stringify(list);
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  reply.headers({ 'Cache-Control': 'no-cache', ETag: tag });
  if (request.headers['if-none-match'] === tag) return await reply.code(304).send();
  return await reply.type('application/json').send(body);
}

/** Sends a file below a folder, without following any link below that folder. The caller has checked the names. */
export async function sendBelow(
  reply: FastifyReply,
  root: string,
  names: readonly string[],
): Promise<FastifyReply> {
  const file = await openBelow(root, names);
  if (file === undefined) return reply.callNotFound() as never;
  const { size } = await file.stat();
  reply.headers({ 'Cache-Control': 'no-cache', 'Content-Length': size });
  // No more than the size that was said, should the file grow meanwhile.
  const stream = file.createReadStream({ start: 0, end: Math.max(0, size - 1) });
  return await reply.type('application/octet-stream').send(stream);
}
