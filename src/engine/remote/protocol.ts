/**
 * The messages between a backend in a worker and its client. Every message is plain data; the client gives numbers to
 * images and sessions.
 */

import { CoutureError, type ErrorKind } from '../../core/errors.ts';
import type { ImageShape } from '../../data/image-shape.ts';
import type { Program } from '../../model/program.ts';
import type { BackendInfo, InferOptions, SessionOptions, TensorRole, TrainRequest } from '../backend.ts';
import type { BackendOptions } from '../create.ts';

/** The backend that the host is to start; the host decides how to start threads. */
export type HostOptions = Pick<BackendOptions, 'backend' | 'threads' | 'fast'>;

/** The arguments and the answer of every call. */
interface Calls {
  start: { readonly ask: { readonly options: HostOptions }; readonly answer: BackendInfo };
  /** Reserves memory for images, which arrive in parts: copying all at once would block a page. */
  reserve: { readonly ask: { readonly images: number; readonly bytes: number }; readonly answer: undefined };
  fill: {
    readonly ask: { readonly images: number; readonly at: number; readonly pixels: Uint8Array };
    readonly answer: undefined;
  };
  /** Uploads the images that were reserved and filled to the backend. The answer is the number of images. */
  upload: { readonly ask: { readonly images: number; readonly shape: ImageShape }; readonly answer: number };
  releaseImages: { readonly ask: { readonly images: number }; readonly answer: undefined };
  createSession: {
    readonly ask: {
      readonly session: number;
      readonly program: Program;
      readonly options: SessionOptions | undefined;
    };
    readonly answer: undefined;
  };
  train: {
    readonly ask: { readonly session: number; readonly images: number; readonly request: TrainOrder };
    readonly answer: Float32Array;
  };
  infer: {
    readonly ask: {
      readonly session: number;
      readonly images: number;
      readonly indices: Uint32Array;
      readonly options: InferOptions;
    };
    readonly answer: Float32Array;
  };
  read: {
    readonly ask: { readonly session: number; readonly parameter: string; readonly role: TensorRole };
    readonly answer: Float32Array;
  };
  write: {
    readonly ask: {
      readonly session: number;
      readonly parameter: string;
      readonly values: Float32Array;
      readonly role: TensorRole;
    };
    readonly answer: undefined;
  };
  releaseSession: { readonly ask: { readonly session: number }; readonly answer: undefined };
  dispose: { readonly ask: object; readonly answer: undefined };
}

/** A training request without its images, which are given by their number. */
export type TrainOrder = Omit<TrainRequest, 'images'>;

export type CallName = keyof Calls;
export type Ask<Name extends CallName> = { readonly call: Name } & Calls[Name]['ask'];
export type Answer<Name extends CallName> = Calls[Name]['answer'];

/** One call, by its `call`. */
export type Call = { [Name in CallName]: Ask<Name> }[CallName];

/** A message to the host. Calls start in the order in which they arrive, and are answered when they end. */
export interface ToHost {
  readonly id: number;
  readonly call: Call;
}

/** A message from the host, one for each call. */
export type FromHost =
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer<CallName> }
  | { readonly type: 'error'; readonly id: number; readonly error: CarriedError };

/** Why a host cannot go on: a page has no file at the address of the worker. */
export const NOT_LOADED = 'its script could not be loaded';

/** The host as the client sees it, on any platform. */
export interface HostPort {
  /** @param transfer buffers that are handed over instead of being copied */
  post(message: ToHost, transfer: ArrayBuffer[]): void;
  /** @param failed called when the host cannot go on: its script could not be loaded, or it threw an error */
  listen(heard: (message: FromHost) => void, failed: (reason: string) => void): void;
  terminate(): Promise<void>;
}

/** An error as a message carries it. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Only for a CoutureError. */
  readonly kind: ErrorKind | undefined;
  readonly hint: string | undefined;
}

export function carry(error: unknown): CarriedError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const { kind, hint } = error instanceof CoutureError ? error : { kind: undefined, hint: undefined };
  // An error without a message gets its name as the message.
  return { name, message: message || name, stack, kind, hint };
}

/** The error from a message: a CoutureError again if it was one, with the worker's stack as its cause. */
export function uncarry({ name, message, stack, kind, hint }: CarriedError): Error {
  if (kind !== undefined)
    return new CoutureError(kind, message, { ...(hint !== undefined && { hint }), cause: stack });
  const error = new Error(message, { cause: stack });
  error.name = name;
  return error;
}
