/** The side that has the backend. It starts each call when it arrives, and answers when the call has ended. */

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

/** The function that receives every message of the client. An error is sent as an answer, never swallowed. */
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
  /** Images that are not uploaded yet. */
  readonly #pixels = new Map<number, Room>();
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
        const room = this.#reserved(call.images);
        this.#pixels.delete(call.images);
        const images = await this.#started().upload(wholeOf(room), call.shape);
        this.#images.set(call.images, images);
        return images.length;
      }
      case 'releaseImages':
        this.#images.get(call.images)?.dispose();
        this.#images.delete(call.images);
        return undefined;
      case 'createSession':
        this.#sessions.set(call.session, await this.#started().createSession(call.program, call.options));
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
    throw new CoutureError('runtime', 'The engine received a call before it was started.');
  }

  #reserved(number: number): Room {
    const pixels = this.#pixels.get(number);
    if (pixels !== undefined) return pixels;
    throw new CoutureError('usage', 'No memory is reserved for these images.');
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

/** Memory for images, and the number of bytes received. The parts arrive in order. */
interface Room {
  readonly pixels: Uint8Array;
  filled: number;
}

function roomFor(bytes: number): Room {
  try {
    return { pixels: new Uint8Array(bytes), filled: 0 };
  } catch (cause) {
    throw new CoutureError('runtime', `Out of memory: the images take ${bytes} bytes.`, {
      hint: 'Use fewer images.',
      cause,
    });
  }
}

function fill(room: Room, part: Uint8Array, at: number): void {
  const { pixels, filled } = room;
  if (at !== filled || at + part.length > pixels.length)
    throw new CoutureError(
      'usage',
      `${part.length} bytes of images at byte ${at} do not follow the ${filled} of ${pixels.length} bytes received so far.`,
    );
  pixels.set(part, at);
  room.filled += part.length;
}

/** Images that were reserved and never sent cost nothing: the system provides memory only when it is written. */
function wholeOf({ pixels, filled }: Room): Uint8Array {
  if (filled === pixels.length) return pixels;
  throw new CoutureError('usage', `Only ${filled} of ${pixels.length} bytes of images were received.`);
}
