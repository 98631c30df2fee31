/** Changes to a valid file: those that damage makes, and those that someone makes on purpose. */

import type { Draw } from './draw.ts';

/** A number of the file that says how much follows, how many there are, or where something lies. */
export interface Field {
  readonly at: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly little: boolean;
}

/** What is mutated. */
interface Subject {
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  /** Another valid file of the kind, whose pieces may come in. */
  readonly other: Uint8Array | undefined;
}

type Mutation = (subject: Subject, draw: Draw) => Uint8Array;

/** No input grows beyond this. */
const MOST_BYTES = 1 << 20;

/** Where counters, lengths and signs turn over. */
const edges = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1]
  .map(BigInt)
  .concat([2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]);

/** The same as text. */
export const edgeTexts = [
  ...['', '0', '-1', '1', '00', '08', '2147483648', '4294967295', '9007199254740993', '1e999', '-1e999'],
  ...['NaN', 'Infinity', '0x10', '1.5', '1e-400', '18446744073709551616', '999999999999999999999', '٣'],
];

const mutations: readonly Mutation[] = [
  flipBits,
  flipBits,
  setBytes,
  truncate,
  append,
  insertPiece,
  removePiece,
  repeatPiece,
  swapPieces,
  splice,
  setField,
  setField,
  setField,
  setDigits,
];

/** The file with one to four changes. */
export function mutate(subject: Subject, draw: Draw): Uint8Array {
  let { bytes } = subject;
  const changes = draw.pick([1, 1, 1, 2, 3, 4]);
  for (let i = 0; i < changes; i++) bytes = draw.pick(mutations)({ ...subject, bytes }, draw);
  return bytes.subarray(0, MOST_BYTES);
}

function flipBits({ bytes }: Subject, draw: Draw): Uint8Array {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  for (let i = draw.pick([1, 1, 2, 8]); i > 0; i--) copy[draw.below(copy.length)] ^= 1 << draw.below(8);
  return copy;
}

function setBytes({ bytes }: Subject, draw: Draw): Uint8Array {
  const copy = Buffer.from(bytes);
  const [start, end] = piece(copy, draw);
  return copy.fill(draw.pick([0, 0xff, 0x7f, 0x80, 0x20, 0x22, 0x2c, draw.below(256)]), start, end);
}

function truncate({ bytes }: Subject, draw: Draw): Uint8Array {
  return bytes.subarray(0, draw.below(bytes.length + 1));
}

function append({ bytes, other }: Subject, draw: Draw): Uint8Array {
  const more = draw.chance(0.5) ? Buffer.alloc(draw.between(1, 64)) : draw.bytes(draw.between(1, 64));
  return Buffer.concat([bytes, draw.chance(0.2) ? (other ?? bytes) : more]);
}

function insertPiece({ bytes, other = bytes }: Subject, draw: Draw): Uint8Array {
  const at = draw.below(bytes.length + 1);
  const more = draw.chance(0.5) ? draw.bytes(draw.between(1, 16)) : other.subarray(...piece(other, draw));
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

function removePiece({ bytes }: Subject, draw: Draw): Uint8Array {
  const [start, end] = piece(bytes, draw);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

function repeatPiece({ bytes }: Subject, draw: Draw): Uint8Array {
  const [start, end] = piece(bytes, draw);
  const times = draw.pick([1, 1, 2, 16, 300]);
  if ((end - start) * times > MOST_BYTES) return bytes;
  const copies = new Array<Uint8Array>(times).fill(bytes.subarray(start, end));
  return Buffer.concat([bytes.subarray(0, end), ...copies, bytes.subarray(end)]);
}

function swapPieces({ bytes }: Subject, draw: Draw): Uint8Array {
  const cuts = [0, 1, 2, 3].map(() => draw.below(bytes.length + 1)).sort((a, b) => a - b);
  const [a, b, c, d] = cuts;
  return Buffer.concat([
    bytes.subarray(0, a),
    bytes.subarray(c, d),
    bytes.subarray(b, c),
    bytes.subarray(a, b),
    bytes.subarray(d),
  ]);
}

/** The head of one file with the body of another. */
function splice({ bytes, other = bytes }: Subject, draw: Draw): Uint8Array {
  const at = draw.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), other.subarray(Math.min(at, other.length))]);
}

function setField({ bytes, fields }: Subject, draw: Draw): Uint8Array {
  const copy = Buffer.from(bytes);
  const fitting = fields.filter((field) => field.at + field.bytes <= copy.length);
  if (fitting.length === 0) return setDigits({ bytes, fields, other: undefined }, draw);
  const { at, bytes: width, little } = draw.pick(fitting);
  const places = Array.from({ length: width }, (_, i) => at + (little ? i : width - 1 - i));
  const old = places.reduceRight((value, place) => value * 256n + BigInt(copy[place]), 0n);
  const near = old + BigInt(draw.pick([-1, 1, 2, 8]));
  let value = BigInt.asUintN(8 * width, draw.chance(0.3) ? near : draw.pick(edges));
  for (const place of places) {
    copy[place] = Number(value & 255n);
    value >>= 8n;
  }
  return copy;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** A number that stands there as text becomes another; without one, bits are flipped. */
function setDigits(subject: Subject, draw: Draw): Uint8Array {
  const { bytes } = subject;
  const from = draw.below(bytes.length + 1);
  const found = bytes.subarray(from).findIndex(isDigit);
  if (found < 0) return flipBits(subject, draw);
  const start = from + found;
  let end = start;
  while (isDigit(bytes[end])) end += 1;
  const text = Buffer.from(draw.pick(edgeTexts));
  return Buffer.concat([bytes.subarray(0, start), text, bytes.subarray(end)]);
}

/** A piece, more often a short one. */
function piece(bytes: Uint8Array, draw: Draw): [start: number, end: number] {
  const start = draw.below(bytes.length + 1);
  const most = Math.min(bytes.length - start, draw.pick([1, 4, 16, 64, 512, 65_536]));
  return [start, start + draw.below(most + 1)];
}
