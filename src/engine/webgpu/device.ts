/**
 * A GPU device and its failures. A device that was lost, ran out of memory or rejected a command is not used again: the
 * call in progress and every later one fail with the same message.
 */

import { CoutureError } from '../../core/errors.ts';
import { tailBytes } from './kernels/tail.ts';
import { bindingsOf, type Kernel, SLOT, type Slot, sourceOf } from './wgsl.ts';

/** Numbers of the WebGPU specification; not every platform has the names as globals. */
export const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
const COMPUTE = 4;
const MAP_READ = 1;

/** Bytes of its slot that a uniform binding exposes. */
const UNIFORM_BYTES = 128;

/** A kernel ready to run. */
export interface Pipeline {
  readonly kernel: Kernel;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** The buffers of a kernel's slots. */
export type Buffers = Readonly<Partial<Record<Slot, GPUBuffer>>>;

/** The description of an adapter as text. */
export function adapterName({ description, vendor, architecture, device }: GPUAdapterInfo): string {
  const name = description || [vendor, architecture || device].filter(Boolean).join(' ');
  return name || 'an unnamed GPU';
}

export interface DeviceOptions {
  /** Kernels without workgroup memory where possible; the default if the adapter is a processor. */
  readonly plain?: boolean | undefined;
  /** Whether the products of a training step may be of half precision, where the adapter has it; default false. */
  readonly fast?: boolean | undefined;
  /** False if kernels are not to use the adapter's subgroups. */
  readonly subgroups?: boolean | undefined;
}

/** What a device has beyond what every device has. */
interface Extras {
  readonly plain: boolean;
  readonly subgroups: boolean;
  readonly half: boolean;
}

export class Device {
  readonly #device: GPUDevice;
  readonly name: string;
  /** Whether kernels are those for a processor that emulates a GPU. */
  readonly plain: boolean;
  /** Whether kernels use subgroups. */
  readonly subgroups: boolean;
  /** Whether the products of training steps are of half precision. */
  readonly half: boolean;
  readonly #pipelines = new Map<string, Promise<Pipeline>>();
  #failure: CoutureError | undefined;
  #disposed = false;

  /**
   * The platform's first choice of a GPU.
   * @throws CoutureError of kind `backend` if there is none, or it does not provide a device
   */
  static async open(gpu: GPU, options: DeviceOptions = {}): Promise<Device> {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
    if (adapter === null) {
      throw new CoutureError('backend', 'No GPU was found: WebGPU has no adapter here.', {
        hint: 'Use the CPU: --backend wasm.',
      });
    }
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxComputeWorkgroupStorageSize } =
      adapter.limits;
    const plain = options.plain ?? adapter.info.isFallbackAdapter;
    // Kernels need the number of a thread's subgroup, which is younger than subgroups.
    const numbered = gpu.wgslLanguageFeatures?.has('subgroup_id') ?? false;
    const subgroups = (options.subgroups ?? true) && numbered && adapter.features.has('subgroups');
    const half = options.fast === true && !plain && adapter.features.has('shader-f16');
    try {
      const device = await adapter.requestDevice({
        requiredFeatures: [
          ...(subgroups ? (['subgroups'] as const) : []),
          ...(half ? (['shader-f16'] as const) : []),
        ],
        requiredLimits: {
          maxBufferSize,
          maxStorageBufferBindingSize,
          maxComputeInvocationsPerWorkgroup,
          maxComputeWorkgroupSizeX,
          maxComputeWorkgroupStorageSize,
        },
      });
      return new Device(device, adapter.info, { plain, subgroups, half });
    } catch (cause) {
      const hint = 'Use the CPU: --backend wasm.';
      throw new CoutureError('backend', `The GPU provided no device: ${messageOf(cause)}.`, { hint, cause });
    }
  }

  private constructor(device: GPUDevice, info: GPUAdapterInfo, { plain, subgroups, half }: Extras) {
    this.#device = device;
    this.name = adapterName(info);
    this.plain = plain;
    this.subgroups = subgroups;
    this.half = half;
    void device.lost.then(({ message, reason }) => {
      if (!this.#disposed) this.#fail(`The GPU was lost: ${message || reason}`);
    });
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.#fail(`The GPU failed: ${event.error.message}`);
    });
  }

  /** The device itself, for code that measures or ends it. */
  get raw(): GPUDevice {
    return this.#device;
  }

  /** Threads that the kernel of a step's last layers may have here; 0 where it does not fit. */
  get tailThreads(): number {
    if (this.plain) return 0;
    const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX, maxComputeWorkgroupStorageSize } =
      this.#device.limits;
    const most = Math.min(maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX);
    return (
      [512, 256].find((threads) => threads <= most && tailBytes(threads) <= maxComputeWorkgroupStorageSize) ??
      0
    );
  }

  get queue(): GPUQueue {
    return this.#device.queue;
  }

  /** Every later call fails. */
  #fail(message: string, cause?: unknown): CoutureError {
    this.#failure ??= new CoutureError('backend', `${message.trim().split('\n')[0].replace(/\.$/, '')}.`, {
      hint: 'Use the CPU (--backend wasm), or restart the GPU.',
      cause,
    });
    return this.#failure;
  }

  /** @throws CoutureError of kind `backend` where the device has failed */
  check(): void {
    if (this.#failure) throw this.#failure;
    if (this.#disposed) throw new CoutureError('backend', 'This backend has been disposed of.');
  }

  /**
   * Runs work that uses the device, and waits for its error reports.
   * @throws CoutureError of kind `backend` where it fails
   */
  async guard<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.check();
    this.#device.pushErrorScope('out-of-memory');
    this.#device.pushErrorScope('validation');
    try {
      const result = await this.#settle(work);
      this.check();
      return result;
    } catch (error) {
      if (error instanceof CoutureError) throw error;
      // A device reports its loss after the pending operations have failed.
      await new Promise((resolve) => setTimeout(resolve, 0));
      throw this.#fail(`The GPU failed: ${messageOf(error)}`, error);
    }
  }

  async #settle<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    // The scopes cover the calls before the first wait; only these can fail in this way.
    let pending: Result | Promise<Result>;
    let scopes: Promise<GPUError | null>[];
    try {
      pending = work();
    } finally {
      scopes = [this.#device.popErrorScope(), this.#device.popErrorScope()];
      // Awaited below; a lost device rejects them at once.
      for (const scope of scopes) scope.catch(() => {});
    }
    const guarded = Promise.resolve(pending);
    guarded.catch(() => {});
    const [invalid, memory] = await Promise.all(scopes);
    if (memory) throw this.#fail('The GPU does not have enough memory for this network', memory);
    if (invalid) throw this.#fail(`The GPU rejected a command: ${invalid.message}`, invalid);
    return guarded;
  }

  /**
   * A buffer of zeros.
   * @param what name of the contents, for the error message
   * @throws CoutureError of kind `backend` if no buffer can be so large
   */
  buffer(bytes: number, kinds: number, what: string): GPUBuffer {
    this.check();
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    if (size > largest) {
      throw new CoutureError(
        'backend',
        `${what} would take ${megabytes(size)} MB, but a buffer of ${this.name} holds at most ${megabytes(largest)} MB.`,
        { hint: 'Use the CPU (--backend wasm), smaller batches or a smaller network.' },
      );
    }
    return this.#device.createBuffer({ size, usage: kinds });
  }

  /** The pipeline of a kernel, compiled once. */
  pipeline(kernel: Kernel): Promise<Pipeline> {
    const known = this.#pipelines.get(kernel.name);
    if (known !== undefined) return known;
    const made = this.#compile(kernel);
    this.#pipelines.set(kernel.name, made);
    return made;
  }

  async #compile(kernel: Kernel): Promise<Pipeline> {
    const uniform = { type: 'uniform', hasDynamicOffset: true } as const;
    const layout = this.#device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: COMPUTE, buffer: uniform },
        { binding: 1, visibility: COMPUTE, buffer: uniform },
        ...bindingsOf(kernel.uses).map(({ binding, access }) => ({
          binding,
          visibility: COMPUTE,
          buffer: { type: access === 'read' ? ('read-only-storage' as const) : ('storage' as const) },
        })),
      ],
    });
    const module = this.#device.createShaderModule({ label: kernel.name, code: sourceOf(kernel) });
    const pipeline = await this.#device.createComputePipelineAsync({
      label: kernel.name,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    });
    return { kernel, pipeline, layout };
  }

  /** The buffers that a kernel asks for, bound; `step` and `op` by dynamic offsets. */
  bind({ kernel, layout }: Pipeline, buffers: Buffers): GPUBindGroup {
    const bufferOf = (slot: Slot): GPUBuffer => {
      const buffer = buffers[slot];
      if (!buffer) throw new CoutureError('backend', `The kernel ${kernel.name} has no ${slot}.`);
      return buffer;
    };
    const uniform = (slot: Slot) => ({ buffer: bufferOf(slot), offset: 0, size: UNIFORM_BYTES });
    return this.#device.createBindGroup({
      layout,
      entries: [
        { binding: 0, resource: uniform('step') },
        { binding: 1, resource: uniform('op') },
        ...bindingsOf(kernel.uses).map(({ slot, binding }) => ({
          binding,
          resource: { buffer: bufferOf(slot) },
        })),
      ],
    });
  }

  encoder(): GPUCommandEncoder {
    return this.#device.createCommandEncoder();
  }

  /** The bytes of a buffer that can be mapped, after all earlier work is done. */
  async fetch(staging: GPUBuffer, bytes: number): Promise<Float32Array<ArrayBuffer>> {
    await staging.mapAsync(MAP_READ, 0, bytes);
    const copy = new Float32Array(staging.getMappedRange(0, bytes)).slice();
    staging.unmap();
    return copy;
  }

  dispose(): void {
    this.#disposed = true;
    this.#pipelines.clear();
    this.#device.destroy();
  }
}

/** Bytes of a buffer of this many slots. */
export function slotBytes(count: number): number {
  return Math.max(1, count) * SLOT;
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\.$/, '');
}
