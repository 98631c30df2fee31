/** A buffer that grows when more bytes are requested. */

import type { Device } from './device.ts';

export class Growing {
  readonly #device: Device;
  readonly #usage: number;
  readonly #what: string;
  #buffer: GPUBuffer | undefined;

  constructor(device: Device, usage: number, what: string) {
    this.#device = device;
    this.#usage = usage;
    this.#what = what;
  }

  /** Makes room for this many bytes; its contents are lost if it has to grow. */
  reserve(bytes: number): GPUBuffer {
    if (this.#buffer && this.#buffer.size >= bytes) return this.#buffer;
    this.#buffer?.destroy();
    this.#buffer = this.#device.buffer(bytes, this.#usage, this.#what);
    return this.#buffer;
  }

  write(values: Float32Array<ArrayBufferLike> | Uint32Array | Int32Array | Uint8Array): void {
    this.#device.queue.writeBuffer(
      this.reserve(values.byteLength),
      0,
      values.buffer as ArrayBuffer,
      values.byteOffset,
      values.byteLength,
    );
  }

  get buffer(): GPUBuffer {
    return this.reserve(16);
  }

  dispose(): void {
    this.#buffer?.destroy();
    this.#buffer = undefined;
  }
}
