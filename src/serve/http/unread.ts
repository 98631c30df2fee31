/**
 * Closes the connections of clients that do not take their answers: a client that reads a byte from time to time would hold an
 * answer in memory for hours, and Node has no limit for it.
 */

import type { FastifyReply } from 'fastify';

const LOOK_MS = 1000;

/** Looks every second at the answers that are on their way. */
export class UnreadAnswers {
  readonly #replies = new Set<FastifyReply>();
  /** How many looks found an answer ready. Looks, not times: there are none while the event loop is held up. */
  readonly #looks = new Map<FastifyReply, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #most: number;
  readonly #onUnread: (reply: FastifyReply) => void;

  /**
   * @param seconds for a client to take an answer
   * @param onUnread told before the connection is closed
   */
  constructor(seconds: number, onUnread: (reply: FastifyReply) => void) {
    this.#most = Math.max(1, Math.round((seconds * 1000) / LOOK_MS));
    this.#onUnread = onUnread;
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Watches the answer to a request, until `delete`. */
  add(reply: FastifyReply): void {
    this.#replies.add(reply);
  }

  delete(reply: FastifyReply): void {
    this.#replies.delete(reply);
    this.#looks.delete(reply);
  }

  /** Stops looking. */
  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const reply of this.#replies) {
      const { socket, writableEnded } = reply.raw;
      // It is not ready, or an earlier answer of the same connection is before it.
      if (!writableEnded || socket === null) continue;
      const looks = this.#looks.get(reply) ?? 0;
      this.#looks.set(reply, looks + 1);
      if (looks < this.#most) continue;
      this.#onUnread(reply);
      socket.destroy();
    }
  }
}
