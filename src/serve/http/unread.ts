/**
 * Closes the connections of clients that do not take their answers: a client that reads a byte from time to time would hold an
 * answer in memory for hours, and Node has no limit for it.
 */

import type { FastifyReply } from 'fastify';

const LOOK_MS = 1000;

/** An answer that is watched. */
export interface Watched {
  readonly reply: FastifyReply;
  /** Its place in the list. */
  at: number;
  /** How many looks found the answer ready. Looks, not times: there are none while the event loop is held up. */
  looks: number;
}

/** Looks every second at the answers that are on their way. */
export class UnreadAnswers {
  // A list, not a set: see docs/performance-serving.md, "Sets keep what left them".
  readonly #all: Watched[] = [];
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
  add(reply: FastifyReply): Watched {
    const watched = { reply, at: this.#all.length, looks: 0 };
    this.#all.push(watched);
    return watched;
  }

  /** The answer has ended. The last one takes its place. */
  delete({ at }: Watched): void {
    const last = this.#all.pop();
    if (last === undefined || last.at === at) return;
    last.at = at;
    this.#all[at] = last;
  }

  /** Stops looking. */
  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    // A copy: closing a connection takes its answer from the list.
    for (const watched of [...this.#all]) {
      const { socket, writableEnded } = watched.reply.raw;
      // It is not ready, or an earlier answer of the same connection is before it.
      if (!writableEnded || socket === null) continue;
      watched.looks += 1;
      if (watched.looks <= this.#most) continue;
      this.#onUnread(watched.reply);
      socket.destroy();
    }
  }
}
