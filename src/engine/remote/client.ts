/** A backend that runs in a worker, used like any other: every call is a message, and its answer another. */

import { CoutureError } from '../../core/errors.ts';
import type { ImageShape } from '../../data/image-shape.ts';
import type { Program } from '../../model/program.ts';
import type {
  Backend,
  BackendInfo,
  DeviceImages,
  InferOptions,
  Session,
  SessionOptions,
  TensorRole,
  TrainRequest,
} from '../backend.ts';
import { misfitOfAnswer } from './check-message.ts';
import {
  type Answer,
  type Ask,
  type Call,
  type CallName,
  type FromHost,
  type HostOptions,
  type HostPort,
  NOT_LOADED,
  uncarry,
} from './protocol.ts';

/** Bytes of images in one message: copied within a few milliseconds. */
const PART = 2 ** 22;

/** Typed arrays of plain numbers, which messages carry. */
type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array;

/**
 * Starts a backend on the other side of a port.
 * @throws CoutureError of kind `usage` or `backend` as `createBackend` does, `runtime` when the host cannot be reached
 */
export async function connectBackend(port: HostPort, options: HostOptions): Promise<Backend> {
  const line = new Line(port);
  try {
    return new RemoteBackend(line, await line.ask({ call: 'start', options }));
  } catch (error) {
    await port.terminate();
    throw error;
  }
}

interface Waiting {
  readonly call: CallName;
  readonly resolve: (answer: Answer<CallName>) => void;
  readonly reject: (error: Error) => void;
}

/** Calls by number, and the functions that receive their answers. */
/** Most bundlers follow `new Worker(new URL(…))`; esbuild does not, and leaves the workers out. */
const NOT_LOADED_HINT =
  'If a bundler made this page, it must also emit the workers, as Vite does. Otherwise import page.js of the package couture, which needs no other file, and leave it out of the bundle.';

class Line {
  readonly #port: HostPort;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #failure: CoutureError | undefined;
  #numbers = 0;

  constructor(port: HostPort) {
    this.#port = port;
    port.listen(
      (message) => this.#hear(message),
      (reason) =>
        this.close(
          new CoutureError('runtime', `The worker of the engine failed: ${reason}.`, {
            hint: reason === NOT_LOADED ? NOT_LOADED_HINT : undefined,
          }),
        ),
    );
  }

  /** A number for images or a session. */
  nextNumber(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  /** Sends a call. Buffers in `transfer` cannot be used here afterwards. */
  ask<Name extends CallName>(call: Ask<Name>, transfer: ArrayBuffer[] = []): Promise<Answer<Name>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#last += 1;
    const id = this.#last;
    return new Promise<Answer<Name>>((resolve, reject) => {
      // The protocol pairs each call with its answer.
      this.#waiting.set(id, {
        call: call.call,
        resolve: (answer) => resolve(answer as Answer<Name>),
        reject,
      });
      try {
        this.#port.post({ id, call: call as Call }, transfer);
      } catch (cause) {
        this.#waiting.delete(id);
        reject(
          new CoutureError('usage', `A message to the engine cannot carry a value: ${cause}.`, { cause }),
        );
      }
    });
  }

  #hear(message: FromHost): void {
    // Answers after a failure are ignored.
    if (this.#failure !== undefined) return;
    const misfit = misfitOfAnswer(message, (id) => this.#waiting.get(id)?.call);
    if (misfit !== undefined) {
      this.close(misfit);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'answer') waiting?.resolve(message.answer);
    else waiting?.reject(uncarry(message.error));
  }

  /** Ends every call in progress, and refuses every later one, with this error. */
  close(error: CoutureError): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  async terminate(): Promise<void> {
    await this.#port.terminate();
  }
}

class RemoteBackend implements Backend {
  readonly info: BackendInfo;
  readonly #line: Line;
  readonly #images = new WeakMap<DeviceImages, number>();
  #disposing: Promise<void> | undefined;

  constructor(line: Line, info: BackendInfo) {
    this.#line = line;
    this.info = info;
  }

  async upload(pixels: Uint8Array, shape: ImageShape): Promise<DeviceImages> {
    const number = this.#line.nextNumber();
    await this.#line.ask({ call: 'reserve', images: number, bytes: pixels.length });
    for (let at = 0; at < pixels.length; at += PART) {
      // A copy is transferred; the caller keeps its array.
      const part = new Uint8Array(pixels.subarray(at, at + PART));
      await this.#line.ask({ call: 'fill', images: number, at, pixels: part }, [part.buffer]);
    }
    const length = await this.#line.ask({ call: 'upload', images: number, shape });
    const images: DeviceImages = {
      length,
      shape,
      dispose: () => {
        if (!this.#images.delete(images)) return;
        forget(this.#line.ask({ call: 'releaseImages', images: number }));
      },
    };
    this.#images.set(images, number);
    return images;
  }

  async createSession(program: Program, options?: SessionOptions): Promise<Session> {
    const session = this.#line.nextNumber();
    await this.#line.ask({ call: 'createSession', session, program, options });
    return new RemoteSession(this.#line, session, (images) => this.#numberOf(images));
  }

  #numberOf(images: DeviceImages): number {
    const number = this.#images.get(images);
    if (number !== undefined) return number;
    throw new CoutureError('usage', 'These images were uploaded to another backend or disposed of.');
  }

  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose();
    return this.#disposing;
  }

  async #dispose(): Promise<void> {
    // A host that has failed has nothing left to free.
    await this.#line.ask({ call: 'dispose' }).catch(() => {});
    this.#line.close(new CoutureError('usage', 'This backend has been disposed of.'));
    await this.#line.terminate();
  }
}

class RemoteSession implements Session {
  readonly #line: Line;
  readonly #session: number;
  readonly #numberOf: (images: DeviceImages) => number;
  #disposed = false;

  constructor(line: Line, session: number, numberOf: (images: DeviceImages) => number) {
    this.#line = line;
    this.#session = session;
    this.#numberOf = numberOf;
  }

  async train({ images, ...request }: TrainRequest): Promise<Float32Array> {
    const { labels, indices, learningRates, averageDecays } = request;
    return await this.#line.ask({
      call: 'train',
      session: this.#session,
      images: this.#numberOf(images),
      request: {
        ...request,
        labels: whole(labels),
        indices: whole(indices),
        learningRates: whole(learningRates),
        ...(averageDecays && { averageDecays: whole(averageDecays) }),
      },
    });
  }

  async infer(images: DeviceImages, indices: Uint32Array, options: InferOptions = {}): Promise<Float32Array> {
    return await this.#line.ask({
      call: 'infer',
      session: this.#session,
      images: this.#numberOf(images),
      indices: whole(indices),
      options: { ...options, ...(options.classes && { classes: whole(options.classes) }) },
    });
  }

  async read(parameter: string, role: TensorRole = 'value'): Promise<Float32Array> {
    return await this.#line.ask({ call: 'read', session: this.#session, parameter, role });
  }

  async write(parameter: string, values: Float32Array, role: TensorRole = 'value'): Promise<void> {
    await this.#line.ask({ call: 'write', session: this.#session, parameter, values: whole(values), role });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    forget(this.#line.ask({ call: 'releaseSession', session: this.#session }));
  }
}

/** An array with its own buffer, because a message with a view contains the whole buffer. */
function whole<Values extends Numbers>(values: Values): Values {
  return values.byteLength === values.buffer.byteLength ? values : (values.slice() as Values);
}

/** Nobody waits for memory to be freed. If the host has failed, its memory is freed with it. */
function forget(freed: Promise<unknown>): void {
  freed.catch(() => {});
}
