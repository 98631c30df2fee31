/** Clients that ask for much and do not take it, for the mixed load on a service. */

import { connect } from 'node:net';
import type { Sample } from './mixed-load.ts';

/** Answers of this many bytes at least do not fit into the buffers of a connection. */
const MOST_BUFFERED = 16e6;

/** What a client sees that asks for several answers and reads nothing of them for a time. */
export interface SlowRead {
  /** Whether the connection was closed before all answers were there. */
  readonly cut: boolean;
  /** Whole answers with status 200. */
  readonly answers: number;
  /** Statuses of the answers that are not 200. */
  readonly others: readonly number[];
}

/**
 * Sends requests one after another on a connection, reads nothing for some seconds, and then everything.
 * @param repeats how often the body of the sample is repeated in a request: the answer has that many times its images
 */
export async function readLate(
  url: URL,
  { type, body }: Pick<Sample, 'type' | 'body'>,
  { repeats, seconds }: { readonly repeats: number; readonly seconds: number },
): Promise<SlowRead> {
  const large = Buffer.concat(Array.from({ length: repeats }, () => body));
  // With `seen=true`, an answer is larger than its request.
  const requests = Math.ceil(MOST_BUFFERED / large.length);
  const one = (connection: string): Buffer =>
    Buffer.concat([
      Buffer.from(
        `POST ${url.pathname}?seen=true HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\nContent-Type: ${type}\r\nContent-Length: ${large.length}\r\n\r\n`,
      ),
      large,
    ]);
  const socket = connect(Number(url.port), url.hostname);
  let failed = false;
  socket.on('error', () => {
    failed = true;
  });
  socket.pause();
  for (let i = 1; i <= requests; i++) socket.write(one(i < requests ? 'keep-alive' : 'close'));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  // A socket that was paused does not flow by a listener alone.
  socket.resume();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  const statuses = statusesOf(Buffer.concat(parts));
  const answers = statuses.filter((status) => status === 200).length;
  return {
    cut: failed || statuses.length < requests,
    answers,
    others: statuses.filter((status) => status !== 200),
  };
}

/** The statuses of the whole answers in what a connection received. */
function statusesOf(bytes: Buffer): number[] {
  const statuses: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end < 0) return statuses;
    const head = bytes.toString('latin1', at, end);
    at = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (!(at <= bytes.length)) return statuses;
    statuses.push(Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]));
  }
  return statuses;
}
