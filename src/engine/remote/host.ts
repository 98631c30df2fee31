/** The side that has the backend: it begins each call as it comes, and answers when it has ended. */

import { CoutureError } from '../../core/errors.ts';
import type { Backend, DeviceImages, Session } from '../backend.ts';
import { checkToHost, numberOf } from './check-message.ts';
import {
  type Answer,
  type Call,
  type CallName,
  carry,
  type FromHost,
  type HostOptions,
  type ToHost,
} from './protocol.ts';

/** How the host is connected. */
export interface HostOptionsOf {
  readonly create: (options: HostOptions) => Promise<Backend>;
  /** @param transfer buffers that are handed over instead of being copied */
  readonly post: (message: FromHost, transfer: ArrayBuffer[]) => void;
}

/** The function that hears every message of the client. An error is answered, never swallowed. */
export function hostBackend({ create, post }: HostOptionsOf): (message: ToHost) => Promise<void> {
  const host = new Host(create);
  return async (message) => {
    const id = numberOf(message);
    try {
      checkToHost(message);
      const answer = await host.carryOut(message.call);
      const values =
        answer instanceof Float32Array && answer.buffer instanceof ArrayBuffer ? [answer.buffer] : [];
      post({ type: 'answer', id, answer }, values);
    } catch (error) {
      post({ type: 'error', id, error: carry(error) }, []);
    }
  };
}

class Host {
  readonly #create: (options: HostOptions) => Promise<Backend>;
  #backend: Backend | undefined;
  /** Bytes that have come, of images that are not uploaded yet. */
  readonly #pixels = new Map<number, Uint8Array>();
  readonly #images = new Map<number, DeviceImages>();
  readonly #sessions = new Map<number, Session>();

  constructor(create: (options: HostOptions) => Promise<Backend>) {
    this.#create = create;
  }

  async carryOut(call: Call): Promise<Answer<CallName>> {
    switch (call.call) {
      case 'start':
        this.#backend = await this.#create(call.options);
        return this.#backend.info;
      case 'reserve':
        this.#pixels.set(call.images, roomFor(call.bytes));
        return undefined;
      case 'fill':
        fill(this.#reserved(call.images), call.pixels, call.at);
        return undefined;
      case 'upload': {
        const pixels = this.#reserved(call.images);
        this.#pixels.delete(call.images);
        const images = await this.#started().upload(pixels, call.shape);
        this.#images.set(call.images, images);
        return images.length;
      }
      case 'releaseImages':
        this.#images.get(call.images)?.dispose();
        this.#images.delete(call.images);
        return undefined;
      case 'createSession':
        this.#sessions.set(call.session, await this.#started().createSession(call.program));
        return undefined;
      case 'train': {
        const { session, images, request } = call;
        return await this.#session(session).train({ ...request, images: this.#held(images) });
      }
      case 'infer':
        return await this.#session(call.session).infer(this.#held(call.images), call.indices, call.options);
      case 'read':
        return await this.#session(call.session).read(call.parameter, call.role);
      case 'write':
        await this.#session(call.session).write(call.parameter, call.values, call.role);
        return undefined;
      case 'releaseSession':
        this.#sessions.get(call.session)?.dispose();
        this.#sessions.delete(call.session);
        return undefined;
      case 'dispose':
        await this.#backend?.dispose();
        return undefined;
      default:
        return call satisfies never;
    }
  }

  #started(): Backend {
    if (this.#backend !== undefined) return this.#backend;
    throw new CoutureError('runtime', 'The engine was asked before it was started.');
  }

  #reserved(number: number): Uint8Array {
    const pixels = this.#pixels.get(number);
    if (pixels !== undefined) return pixels;
    throw new CoutureError('usage', 'There is no room reserved for these images.');
  }

  #session(number: number): Session {
    const session = this.#sessions.get(number);
    if (session !== undefined) return session;
    throw new CoutureError('usage', 'This network has been disposed of.');
  }

  #held(number: number): DeviceImages {
    const images = this.#images.get(number);
    if (images !== undefined) return images;
    throw new CoutureError('usage', 'These images have been disposed of.');
  }
}

function roomFor(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new CoutureError('runtime', `Out of memory: the images take ${bytes} bytes.`, {
      hint: 'Use fewer images.',
      cause,
    });
  }
}

function fill(room: Uint8Array, pixels: Uint8Array, at: number): void {
  if (at + pixels.length > room.length)
    throw new CoutureError(
      'usage',
      `${pixels.length} bytes from byte ${at} on do not fit into the ${room.length} reserved for these images.`,
    );
  room.set(pixels, at);
}
