/**
 * Requests in progress, and the memory that they hold: that of the body until the answer is ready, then that of the answer until
 * the client has taken it. Of all clients, and of each one.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { Limits } from '../limits.ts';
import { bodyTooLarge, Refused } from '../refusals.ts';

/** Bodies of the largest size that fit into memory together, and those of one client. */
const MOST_BODIES = 32;
const MOST_BODIES_OF_CLIENT = MOST_BODIES / 4;

/** What is in progress, of one client or of all. */
interface Counts {
  requests: number;
  /** Requests whose answers wait for their clients. */
  answers: number;
  bytes: number;
}

const none = (): Counts => ({ requests: 0, answers: 0, bytes: 0 });

/** All requests in progress. */
export class InProgress {
  readonly limits: Limits;
  readonly all = none();
  readonly #clients = new Map<string, Counts>();

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** A request of a client begins. */
  add(address: string): Place {
    const counts = this.#clients.get(address) ?? none();
    this.#clients.set(address, counts);
    return new Place(this, counts, () => this.#clients.delete(address));
  }
}

/** The place of one request. */
export class Place {
  readonly #of: InProgress;
  readonly #client: Counts;
  readonly #forget: () => void;
  #bytes = 0;
  #answers = 0;

  constructor(of: InProgress, client: Counts, forget: () => void) {
    this.#of = of;
    this.#client = client;
    this.#forget = forget;
    for (const counts of this.#counts) counts.requests += 1;
  }

  get #counts(): readonly Counts[] {
    return [this.#of.all, this.#client];
  }

  /** @throws Refused when too many requests are in progress */
  checkRequests(): void {
    const { requests, clientRequests } = this.#of.limits;
    if (this.#client.requests > clientRequests)
      throw new Refused(
        'too_many_requests',
        `This client has more than ${clientRequests} requests in progress, the limit.`,
        { hint: 'Wait for answers, or send several images in one request.' },
      );
    if (this.#of.all.requests > requests)
      throw new Refused(
        'overloaded',
        `The service has more than ${requests} requests in progress, the limit.`,
        { hint: 'Try again later.' },
      );
  }

  /**
   * Holds memory for a body. Who only announces one holds no more than a share of the memory.
   * @throws Refused when it is too large, or others hold too much
   */
  holdBody(headers: IncomingHttpHeaders): void {
    const { body } = this.#of.limits;
    const most = body * 2 ** 20;
    const isChunked = headers['transfer-encoding'] !== undefined;
    // A body in chunks has any length up to the limit.
    const bytes = isChunked ? most : Number(headers['content-length'] ?? 0);
    if (bytes > most) throw bodyTooLarge(body);
    this.#check(bytes, false);
    this.#hold(bytes, 0);
  }

  /**
   * Holds memory for the answer, and no more for the body.
   * @throws Refused when others hold too much; the only answer that waits may have any size
   */
  holdAnswer(bytes: number): void {
    this.freeBody();
    this.#check(bytes, true);
    this.#hold(bytes, 1);
  }

  /** The body is no longer needed. */
  freeBody(): void {
    this.#hold(0, 0);
  }

  #check(bytes: number, isAnswer: boolean): void {
    const { body } = this.#of.limits;
    const isTooMuch = (counts: Counts, share: number): boolean =>
      counts.bytes + bytes > share * body * 2 ** 20 && !(isAnswer && counts.answers === 0);
    if (isTooMuch(this.#client, MOST_BODIES_OF_CLIENT))
      throw new Refused(
        'too_many_requests',
        `The requests of this client in progress have bodies and answers of more than ${MOST_BODIES_OF_CLIENT * body} MiB, the limit.`,
        { hint: 'Read the answers, and send Content-Length: a body without it counts as the largest.' },
      );
    if (isTooMuch(this.#of.all, MOST_BODIES))
      throw new Refused(
        'overloaded',
        `The requests in progress have bodies and answers of more than ${MOST_BODIES * body} MiB, the limit.`,
        { hint: 'Try again later.' },
      );
  }

  /** From now on, the request holds this. */
  #hold(bytes: number, answers: number): void {
    for (const counts of this.#counts) {
      counts.bytes += bytes - this.#bytes;
      counts.answers += answers - this.#answers;
    }
    this.#bytes = bytes;
    this.#answers = answers;
  }

  /** The request has ended. */
  leave(): void {
    this.freeBody();
    for (const counts of this.#counts) counts.requests -= 1;
    if (this.#client.requests === 0) this.#forget();
  }
}
