/** A graph of ONNX under construction: nodes and constants, and the messages that they become (onnx.proto, IR version 8). */

import { block, float, integer, type Message, message } from './protobuf.ts';

/** Numbers of the types of elements. */
export const elements = { float32: 1, uint8: 2, int8: 3, int64: 7, float16: 10 } as const;
export type Element = keyof typeof elements;

/** An attribute: a whole number, a list of these, or a float. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** Numbers of the types of attributes. */
const FLOAT = 1;
const INT = 2;
const INTS = 7;

/** Name and shape of an input or output; a text is the name of a size that is open. */
export interface Port {
  readonly name: string;
  readonly type: Element;
  readonly shape: readonly (number | string)[];
}

export class OnnxGraph {
  readonly #nodes: Message[] = [];
  readonly #constants = new Map<string, Message>();
  #count = 0;

  /** Adds a node of one output, and returns the name of that. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `${operator.toLowerCase()}_${++this.#count}`,
  ): string {
    this.#nodes.push(
      message(
        ...inputs.map((name) => block(1, name)),
        block(2, output),
        block(3, output),
        block(4, operator),
        ...Object.entries(attributes).map(([name, value]) => block(5, attribute(name, value))),
      ),
    );
    return output;
  }

  /** Adds a constant of little-endian bytes, and returns its name. */
  constant(name: string, type: Element, shape: readonly number[], bytes: Uint8Array): string {
    this.#constants.set(
      name,
      message(
        ...shape.map((size) => integer(1, size)),
        integer(2, elements[type]),
        block(8, name),
        block(9, bytes),
      ),
    );
    return name;
  }

  /** Adds a constant of float32 values. */
  floats(name: string, shape: readonly number[], values: ArrayLike<number>): string {
    return this.constant(name, 'float32', shape, bytesOf(Float32Array.from(values)));
  }

  /** Adds a list of whole numbers, once for the same list. */
  integers(values: readonly number[]): string {
    const name = `int64_${values.join('_').replaceAll('-', 'm')}`;
    if (this.#constants.has(name)) return name;
    return this.constant(
      name,
      'int64',
      [values.length],
      bytesOf(BigInt64Array.from(values, (value) => BigInt(value))),
    );
  }

  /** The message of the graph. */
  encode(name: string, inputs: readonly Port[], outputs: readonly Port[]): Message {
    return message(
      ...this.#nodes.map((node) => block(1, node)),
      block(2, name),
      ...[...this.#constants.values()].map((constant) => block(5, constant)),
      ...inputs.map((port) => block(11, valueInfo(port))),
      ...outputs.map((port) => block(12, valueInfo(port))),
    );
  }
}

/** The bytes of an array. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function attribute(name: string, value: Attribute): Message {
  if (typeof value === 'number') return message(block(1, name), integer(3, value), integer(20, INT));
  if ('float' in value) return message(block(1, name), float(2, value.float), integer(20, FLOAT));
  return message(block(1, name), ...value.map((each) => integer(8, each)), integer(20, INTS));
}

function valueInfo({ name, type, shape }: Port): Message {
  const sizes = shape.map((size) => block(1, typeof size === 'number' ? integer(1, size) : block(2, size)));
  const tensor = message(integer(1, elements[type]), block(2, message(...sizes)));
  return message(block(1, name), block(2, block(1, tensor)));
}
