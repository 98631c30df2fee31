/** The launches of one batch of a program, ready to be encoded: pipelines, tensors and the arguments of kernels. */

import type { Op, Program } from '../../model/program.ts';
import { type Buffers, type Device, type Pipeline, slotBytes, usage } from './device.ts';
import type { Launch } from './launches/launch.ts';
import { launchesOf } from './launches/program.ts';
import { placeBatch, type WeightPlaces } from './places.ts';
import { SLOT } from './wgsl.ts';

export interface BatchRequest {
  readonly program: Program;
  readonly weights: WeightPlaces;
  readonly ops: readonly Op[];
  /** Images of the largest batch. */
  readonly rows: number;
  readonly augmented: boolean;
}

/** Bind groups of a batch's launches, in their order. */
export type BindGroups = readonly GPUBindGroup[];

/** @throws CoutureError of kind `backend` where the tensors do not fit */
export async function makeBatch(device: Device, request: BatchRequest): Promise<Batch> {
  const { program, weights, ops, rows, augmented } = request;
  const backward = ops.some(({ op }) => op === 'inputGradient' || op === 'nllGradient');
  const places = placeBatch(program, rows, backward);
  const setting = {
    program,
    weights,
    batch: places,
    rows,
    augmented,
    plain: device.plain,
    subgroups: device.subgroups,
    // The gradients of explanations have other sizes than a training step's, and predictions are not rounded.
    half: device.half && ops === program.train,
    tailThreads: device.tailThreads,
  };
  const launches = launchesOf(ops, setting);
  const pipelines = await device.guard(() =>
    Promise.all(launches.map(({ kernel }) => device.pipeline(kernel))),
  );
  return device.guard(() => new Batch(device, request, launches, pipelines, places.end));
}

export class Batch {
  readonly #device: Device;
  readonly #launches: readonly Launch[];
  readonly #pipelines: readonly Pipeline[];
  readonly #act: GPUBuffer;
  readonly #ops: GPUBuffer;
  readonly #tables: readonly (GPUBuffer | undefined)[];
  #bound: { readonly buffers: Buffers; readonly groups: BindGroups } | undefined;
  /** Multiplies and adds of one image, about. */
  readonly products: number;

  constructor(
    device: Device,
    { program, ops }: BatchRequest,
    launches: readonly Launch[],
    pipelines: readonly Pipeline[],
    quads: number,
  ) {
    this.#device = device;
    this.#launches = launches;
    this.#pipelines = pipelines;
    const forward = program.plan.layers.reduce((sum, layer) => sum + layer.in * layer.out, 0);
    this.products = forward * (ops.some(({ op }) => op === 'nllGradient') ? 3 : 1);
    this.#act = device.buffer(16 * quads, usage.storage, 'A batch of this network');
    this.#ops = device.buffer(slotBytes(launches.length), usage.uniform | usage.copyTarget, 'A program');
    const told = new DataView(new ArrayBuffer(slotBytes(launches.length)));
    launches.forEach(({ write }, i) => {
      write(told, i * SLOT);
    });
    device.queue.writeBuffer(this.#ops, 0, told.buffer);
    this.#tables = launches.map(({ table }) => {
      if (!table) return undefined;
      const buffer = device.buffer(table.byteLength, usage.storage | usage.copyTarget, 'A program');
      device.queue.writeBuffer(buffer, 0, table);
      return buffer;
    });
  }

  /** Kernels of one batch. */
  get dispatches(): number {
    return this.#launches.length;
  }

  /** Every launch with its buffers; the bind groups are reused if the buffers are the same as before. */
  bind(buffers: Buffers): BindGroups {
    const before = this.#bound?.buffers;
    const slots = Object.keys(buffers) as (keyof Buffers)[];
    if (this.#bound && before && slots.every((slot) => before[slot] === buffers[slot]))
      return this.#bound.groups;
    const groups = this.#pipelines.map((pipeline, i) =>
      this.#device.bind(pipeline, {
        ...buffers,
        op: this.#ops,
        act: this.#act,
        ...(this.#tables[i] && { table: this.#tables[i] }),
      }),
    );
    this.#bound = { buffers, groups };
    return groups;
  }

  /** One step of a job: the batch of this many images, whose numbers are in that slot. */
  encode(pass: GPUComputePassEncoder, groups: BindGroups, step: number, rows: number): void {
    for (let i = 0; i < this.#launches.length; i++) this.encodeOne(pass, groups, i, step, rows);
  }

  /** One launch of a step. */
  encodeOne(pass: GPUComputePassEncoder, groups: BindGroups, i: number, step: number, rows: number): void {
    const [across, down] = this.#launches[i].groups(rows);
    pass.setPipeline(this.#pipelines[i].pipeline);
    pass.setBindGroup(0, groups[i], [step * SLOT, i * SLOT]);
    pass.dispatchWorkgroups(across, down);
  }

  /** The kernel of a launch. */
  nameOf(launch: number): string {
    return this.#launches[launch].kernel.name;
  }

  dispose(): void {
    this.#act.destroy();
    this.#ops.destroy();
    for (const table of this.#tables) table?.destroy();
  }
}
