/** The beginning of every kernel's WGSL: structs that the host fills, and the buffers that a kernel asks for. */

/** A field's type in WGSL: four bytes each. */
export type Field = 'u32' | 'f32';

/** A struct of four-byte fields, as WGSL has it and as the host writes it. */
export interface Struct<Fields extends Readonly<Record<string, Field>>> {
  readonly wgsl: string;
  /** Writes one such struct; a field that is left out is 0. */
  write(view: DataView, offset: number, values: Partial<Record<keyof Fields, number>>): void;
}

export type ValuesOf<S> = S extends Struct<infer Fields> ? Partial<Record<keyof Fields, number>> : never;

/** A struct by its name and fields, in their order. */
export function struct<const Fields extends Readonly<Record<string, Field>>>(
  name: string,
  fields: Fields,
): Struct<Fields> {
  const entries = Object.entries(fields);
  const lines = entries.map(([field, type]) => `  ${field}: ${type},`);
  return {
    wgsl: `struct ${name} {\n${lines.join('\n')}\n}\n`,
    write(view, offset, values) {
      entries.forEach(([field, type], i) => {
        const value = values[field] ?? 0;
        if (type === 'f32') view.setFloat32(offset + 4 * i, value, true);
        else view.setUint32(offset + 4 * i, value, true);
      });
    },
  };
}

/** Bytes of a slot for one struct in a buffer that is bound by dynamic offsets: what every adapter can align to. */
export const SLOT = 256;

type Access = 'read' | 'read_write';

/** Buffers that a kernel can ask for: their binding and type. `step` and `op` are uniforms, one slot of many. */
const slots = {
  step: { binding: 0, type: 'Step' },
  op: { binding: 1, type: 'Op' },
  /** Bytes of the images, four a word. */
  images: { binding: 2, type: 'array<u32>' },
  /** For each row of a job, its image, its label and the bits of its loss's weight. */
  rows: { binding: 3, type: 'array<vec4u>' },
  /** Augmentation and mixing of each row. */
  records: { binding: 4, type: 'array<i32>' },
  /** The network's input for each byte of each channel. */
  levels: { binding: 5, type: 'array<f32>' },
  /** Targets of each row and class. */
  targets: { binding: 6, type: 'array<f32>' },
  /** The results of a job. */
  results: { binding: 7, type: 'array<f32>' },
  /** Activations and gradients of one batch. */
  act: { binding: 8, type: 'array<vec4f>' },
  value: { binding: 9, type: 'array<vec4f>' },
  gradient: { binding: 10, type: 'array<vec4f>' },
  firstMoment: { binding: 11, type: 'array<vec4f>' },
  secondMoment: { binding: 12, type: 'array<vec4f>' },
  average: { binding: 13, type: 'array<vec4f>' },
  /** Running statistics of BatchNorm1d, and their average. */
  statistics: { binding: 14, type: 'array<vec4f>' },
  averageStatistics: { binding: 15, type: 'array<vec4f>' },
  /** Layers that one dispatch goes over. */
  table: { binding: 16, type: 'array<Entry>' },
} as const;

export type Slot = keyof typeof slots;

/** The buffers of a kernel, and whether it writes to them. Every kernel has `step` and `op`. */
export type Uses = Readonly<Partial<Record<Exclude<Slot, 'step' | 'op'>, Access>>>;

/** An extension of WGSL that a kernel uses. */
export type Extension = 'f16' | 'subgroups';

/** One compute kernel. */
export interface Kernel {
  /** Unique: kernels of the same name are compiled once. */
  readonly name: string;
  readonly uses: Uses;
  readonly extensions?: readonly Extension[] | undefined;
  /** Everything but the declarations of `uses` and `extensions`. */
  readonly code: string;
}

/** A kernel's whole WGSL. */
export function sourceOf({ uses, extensions = [], code }: Kernel): string {
  const enabled = extensions.map((name) => `enable ${name};\n`);
  const uniforms = `@group(0) @binding(0) var<uniform> step: Step;\n@group(0) @binding(1) var<uniform> op: Op;\n`;
  const buffers = entriesOf(uses).map(
    ([slot, access]) =>
      `@group(0) @binding(${slots[slot].binding}) var<storage, ${access}> ${slot}: ${slots[slot].type};\n`,
  );
  return `${enabled.join('')}${uniforms}${buffers.join('')}${code}`;
}

/** The slots of a kernel's buffers with their binding numbers. */
export function bindingsOf(uses: Uses): { slot: keyof Uses; binding: number; access: Access }[] {
  return entriesOf(uses).map(([slot, access]) => ({ slot, access, binding: slots[slot].binding }));
}

function entriesOf(uses: Uses): [keyof Uses, Access][] {
  return Object.entries(uses) as [keyof Uses, Access][];
}

/** Text for each number from 0 to count - 1. */
export function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n');
}
