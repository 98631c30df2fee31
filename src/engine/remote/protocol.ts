/**
 * What is said between a backend that lives elsewhere, in a worker, and whoever uses it here. Every message is plain data;
 * images and sessions are known by numbers that the client gives them.
 */

import { CoutureError, type ErrorKind } from '../../core/errors.ts';
import type { ImageShape } from '../../data/image-shape.ts';
import type { Program } from '../../model/program.ts';
import type { BackendInfo, InferOptions, SessionOptions, TensorRole, TrainRequest } from '../backend.ts';
import type { BackendOptions } from '../create.ts';

/** The backend that the host is to start; how it starts threads is its own affair. */
export type HostOptions = Pick<BackendOptions, 'backend' | 'threads' | 'fast'>;

/** Every call: what is asked, and what is answered. */
interface Calls {
  start: { readonly ask: { readonly options: HostOptions }; readonly answer: BackendInfo };
  /** Room for so many bytes of images, which come part by part: a copy of them all at once would hold a page. */
  reserve: { readonly ask: { readonly images: number; readonly bytes: number }; readonly answer: undefined };
  fill: {
    readonly ask: { readonly images: number; readonly at: number; readonly pixels: Uint8Array };
    readonly answer: undefined;
  };
  /** What was reserved and filled goes to the backend. Answered by the number of images. */
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

/** A training request without its images, which are named by their number. */
export type TrainOrder = Omit<TrainRequest, 'images'>;

export type CallName = keyof Calls;
export type Ask<Name extends CallName> = { readonly call: Name } & Calls[Name]['ask'];
export type Answer<Name extends CallName> = Calls[Name]['answer'];

/** One call, by its `call`. */
export type Call = { [Name in CallName]: Ask<Name> }[CallName];

/** What goes to the host. Calls are begun in the order in which they come, and answered as they end. */
export interface ToHost {
  readonly id: number;
  readonly call: Call;
}

/** What comes from the host, once for each call. */
export type FromHost =
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer<CallName> }
  | { readonly type: 'error'; readonly id: number; readonly error: CarriedError };

/** The host as the client sees it, whatever the platform. */
export interface HostPort {
  /** @param transfer buffers that are handed over instead of being copied */
  post(message: ToHost, transfer: ArrayBuffer[]): void;
  /** @param failed called when the host cannot go on: its script could not be loaded, or it threw an error of its own */
  listen(heard: (message: FromHost) => void, failed: (reason: string) => void): void;
  terminate(): Promise<void>;
}

/** An error as a message carries it. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a CoutureError. */
  readonly kind: ErrorKind | undefined;
  readonly hint: string | undefined;
}

export function carry(error: unknown): CarriedError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const { kind, hint } = error instanceof CoutureError ? error : { kind: undefined, hint: undefined };
  // An error without words has its name.
  return { name, message: message || name, stack, kind, hint };
}

/** The error that was carried: a CoutureError again if it was one, with the worker's stack as its cause. */
export function uncarry({ name, message, stack, kind, hint }: CarriedError): Error {
  if (kind !== undefined)
    return new CoutureError(kind, message, { ...(hint !== undefined && { hint }), cause: stack });
  const error = new Error(message, { cause: stack });
  error.name = name;
  return error;
}
