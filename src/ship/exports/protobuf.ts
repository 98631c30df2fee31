/**
 * Writes messages of Protocol Buffers: the three kinds of field that ONNX files need. A reader is not needed, and npm's
 * libraries bring one, with 100 KB and more.
 */

import { joinBytes } from '../../core/join-bytes.ts';

/** A field, or several of them, or a message. */
export type Message = Uint8Array;

const encoder = new TextEncoder();

/** Fields one after another. */
export function message(...fields: readonly Message[]): Message {
  return joinBytes(fields);
}

/** A whole number from 0 to 2^53 as groups of seven bits, or a negative one in 64 bits. */
function varint(value: number): number[] {
  const groups: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) groups.push(Number(rest & 127n) | 128);
  return [...groups, Number(rest)];
}

/** A whole number. */
export function integer(field: number, value: number): Message {
  return Uint8Array.from([...varint(field * 8), ...varint(value)]);
}

/** A float32. */
export function float(field: number, value: number): Message {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return Uint8Array.from([...varint(field * 8 + 5), ...bytes]);
}

/** Bytes, text or a message. */
export function block(field: number, content: Message | string): Message {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content;
  return message(Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes);
}
