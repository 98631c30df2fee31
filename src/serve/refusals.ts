/** The errors of the service: one table of their codes and statuses, and the answer that a client gets. */

import { CoutureError } from '../core/errors.ts';

/** An error that the service may answer with. */
export interface Refusal {
  readonly status: number;
  /** When it occurs, for the documentation. */
  readonly when: string;
}

/** Every error by its code. */
export const refusals = {
  bad_request: {
    status: 400,
    when: 'the request is not valid HTTP, or its query, JSON or multipart body is not valid',
  },
  unauthorized: { status: 401, when: 'the bearer token is missing or wrong' },
  foreign_origin: {
    status: 403,
    when: 'a page of another origin sent it, and --cors does not list the origin',
  },
  not_found: { status: 404, when: 'there is no such route or model' },
  method_not_allowed: { status: 405, when: 'the route has other methods' },
  slow_request: { status: 408, when: 'the request did not arrive in time' },
  body_too_large: { status: 413, when: 'the body is too large' },
  too_many_images: { status: 413, when: 'the request has too many images' },
  unsupported_type: { status: 415, when: 'the Content-Type or the kind of a file is not supported' },
  wrong_host: { status: 421, when: 'the Host header has a name that is not allowed' },
  unreadable_image: { status: 422, when: 'a picture is damaged or truncated' },
  image_too_large: { status: 422, when: 'a picture has too many pixels' },
  slow_image: { status: 422, when: 'a picture took too long to decode' },
  wrong_size: { status: 422, when: 'the body is not a whole number of prepared images, or has none' },
  rate_limited: { status: 429, when: 'the client sent too many requests in a second' },
  too_many_requests: {
    status: 429,
    when: 'the client has too many requests in progress, or too many bytes of bodies and answers',
  },
  headers_too_large: { status: 431, when: 'the headers are too large' },
  unread_answer: {
    status: 499,
    when: 'the client did not take its answer in time; no answer has this code, only the log and the metrics',
  },
  failed: { status: 500, when: 'the service failed; its log has the cause' },
  overloaded: {
    status: 503,
    when: 'the service has too many requests in progress, bytes of bodies and answers, or images waiting',
  },
  timed_out: { status: 503, when: 'the answer took too long' },
} as const satisfies Readonly<Record<string, Refusal>>;

export type RefusalCode = keyof typeof refusals;

/** A request that is refused. */
export class Refused extends CoutureError {
  readonly code: RefusalCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: RefusalCode,
    message: string,
    {
      hint,
      headers = {},
      cause,
    }: { hint?: string | undefined; headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super('usage', message, { ...(hint !== undefined && { hint }), cause });
    this.code = code;
    // Clients that were too early may try again.
    const again = refusals[code].status === 429 || refusals[code].status === 503;
    this.headers = again ? { 'Retry-After': '1', ...headers } : headers;
  }
}

/** The body of an error. */
export interface ErrorBody {
  readonly error: {
    readonly code: RefusalCode;
    readonly message: string;
    readonly hint?: string;
    readonly requestId?: string;
  };
}

/** The answer that describes an error. */
export function errorBody({ code, message, hint }: Refused, requestId?: string): ErrorBody {
  return {
    error: {
      code,
      message,
      ...(hint !== undefined && { hint }),
      ...(requestId !== undefined && { requestId }),
    },
  };
}

/** The error for a body of more than this many MiB. */
export function bodyTooLarge(mebibytes: number): Refused {
  return new Refused('body_too_large', `The body has more than ${mebibytes} MiB, the limit.`, {
    hint: 'Send fewer or smaller images.',
  });
}

/** Any error as a refusal. What is not expected is not described to clients: its message may name a path. */
export function asRefused(error: unknown, body: { readonly mebibytes: number }): Refused {
  if (error instanceof Refused) return error;
  if (error instanceof CoutureError && error.kind === 'data')
    return new Refused('unreadable_image', error.message, { hint: error.hint, cause: error });
  const { code = '', statusCode = 500 } = (error ?? {}) as {
    readonly code?: string;
    readonly statusCode?: number;
  };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge(body.mebibytes);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new Refused('unsupported_type', 'The Content-Type of the body is not supported.', {
      hint: 'Send image/png, image/jpeg, image/webp, application/octet-stream, application/json or multipart/form-data.',
    });
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH')
    return new Refused('bad_request', 'The body has another length than Content-Length says.');
  if (statusCode >= 400 && statusCode < 500)
    return new Refused('bad_request', 'The request is not valid.', { cause: error });
  return new Refused('failed', 'The service failed to answer.', {
    hint: 'The log of the service has the cause under the request id.',
    cause: error,
  });
}
