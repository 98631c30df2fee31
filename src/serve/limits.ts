/** The limits of `couture serve`: one table, from which come the flags, their checks, the descriptions and the documentation. */

import type { RefusalCode } from './refusals.ts';

/** One limit. */
export interface ServeLimit {
  /** The flag that changes it: `--max-body`. */
  readonly flag: string;
  /** What is limited; a count names what it counts. */
  readonly what: string;
  /** Absent for counts. */
  readonly unit?: string;
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  /** The error of a request that exceeds it. */
  readonly code: RefusalCode;
}

/** `body of a request, in MiB`, `images in a request` */
export function limitText({ what, unit }: Pick<ServeLimit, 'what' | 'unit'>): string {
  return unit === undefined ? what : `${what}, in ${unit}`;
}

/** All limits that a flag can change. */
export const serveLimits = {
  body: {
    flag: '--max-body',
    what: 'body of a request',
    unit: 'MiB',
    standard: 16,
    least: 1,
    most: 256,
    code: 'body_too_large',
  },
  images: {
    flag: '--max-images',
    what: 'images in a request',
    standard: 256,
    least: 1,
    most: 4096,
    code: 'too_many_images',
  },
  megapixels: {
    flag: '--max-megapixels',
    what: 'size of a picture',
    unit: 'megapixels',
    standard: 25,
    least: 1,
    most: 50,
    code: 'image_too_large',
  },
  pictureSeconds: {
    flag: '--picture-seconds',
    what: 'time to decode and prepare a picture',
    unit: 'seconds',
    standard: 5,
    least: 1,
    most: 60,
    code: 'slow_image',
  },
  receiveSeconds: {
    flag: '--receive-seconds',
    what: 'time to receive a request',
    unit: 'seconds',
    standard: 10,
    least: 1,
    most: 300,
    code: 'slow_request',
  },
  answerSeconds: {
    flag: '--answer-seconds',
    what: 'time from receiving a request to its answer',
    unit: 'seconds',
    standard: 10,
    least: 1,
    most: 300,
    code: 'timed_out',
  },
  sendSeconds: {
    flag: '--send-seconds',
    what: 'time for a client to take its answer',
    unit: 'seconds',
    standard: 10,
    least: 1,
    most: 300,
    code: 'unread_answer',
  },
  clientRate: {
    flag: '--client-rate',
    what: 'requests per second of one client; 0 for no limit',
    standard: 0,
    least: 0,
    most: 1_000_000,
    code: 'rate_limited',
  },
  clientRequests: {
    flag: '--client-requests',
    what: 'requests of one client at the same time',
    standard: 256,
    least: 1,
    most: 100_000,
    code: 'too_many_requests',
  },
  requests: {
    flag: '--max-requests',
    what: 'requests of all clients at the same time',
    standard: 1024,
    least: 1,
    most: 100_000,
    code: 'overloaded',
  },
  waitingImages: {
    flag: '--max-waiting',
    what: 'images that wait for a model, with pictures that are being prepared',
    standard: 4096,
    least: 1,
    most: 1_000_000,
    code: 'overloaded',
  },
} as const satisfies Readonly<Record<string, ServeLimit>>;

/** The value of each limit. */
export type Limits = Readonly<Record<keyof typeof serveLimits, number>>;

/** All limits, with some changed. */
export function limitsWith(changes: Partial<Limits> = {}): Limits {
  const entries = Object.entries<ServeLimit>(serveLimits).map(([name, { standard }]) => [
    name,
    changes[name as keyof Limits] ?? standard,
  ]);
  return Object.fromEntries(entries) as Limits;
}

/** Bytes of a request's headers, as Node limits them by default. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Connections for each request that is allowed at the same time: clients keep idle ones open. */
export const CONNECTIONS_PER_REQUEST = 4;
/** Bodies of this size at most are read as JSON: a number takes a hundred times as long to read as a byte. */
export const MAX_JSON_MIB = 4;
