/**
 * Reads pickles as data. A pickle is a program for a stack machine, and Python's own reader runs any function that it names.
 * This reader knows only the opcodes of protocol 2 that `torch.save` writes for dictionaries of tensors, and only the names
 * that its caller lists. It refuses everything else by name, and runs nothing.
 */

import { CoutureError } from '../../core/errors.ts';
import { inQuotes } from '../../core/printable.ts';
import { otherOpcodes } from './pickle-opcodes.ts';

/** A class or function of Python, by its name alone. */
export class PickleName {
  readonly name: string;

  /** @param name with its module, such as `torch.FloatStorage` */
  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a pickle. Tuples and lists are arrays, and dictionaries are maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleName
  | readonly PickleValue[]
  | Map<PickleValue, PickleValue>
  | object;

/** What the reader of a pickle asks its caller. */
export interface PickleRules {
  /** Name of the file in messages. */
  readonly file: string;
  /** The names that a pickle may use, with their modules. */
  readonly names: ReadonlySet<string>;
  /** The result of calling such a name; undefined when it cannot be called like this. */
  readonly call: (name: string, args: readonly PickleValue[]) => PickleValue | undefined;
  /** The object of a persistent id, which refers to something outside the pickle; undefined when there is none. */
  readonly find: (id: PickleValue) => PickleValue | undefined;
}

/** A text of a checkpoint that is too long for a name, such as a config. It is skipped. */
export const LONG_TEXT: object = Object.freeze({});

/** Limits: a state_dict of 10,000 tensors needs about 500,000 values. Longer texts are skipped. */
export const pickleLimits = { values: 2_000_000, text: 4096 } as const;

const HINT =
  'Save only the weights: torch.save(model.state_dict(), "model.pt"), or as safetensors. Couture runs no code of a file.';

/**
 * Reads one pickle.
 * @param start byte of its first opcode
 * @returns the value, and the byte after the pickle
 * @throws CoutureError of kind `data` naming what is not allowed, or that it is damaged
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  rules: PickleRules,
): { readonly value: PickleValue; readonly end: number } {
  return new Machine(bytes, start, rules).run();
}

/** Where the values after a MARK begin. */
const MARK = Symbol('mark');

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #rules: PickleRules;
  readonly #stack: (PickleValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at: number;
  #values = 0;

  constructor(bytes: Uint8Array, start: number, rules: PickleRules) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#rules = rules;
  }

  run(): { value: PickleValue; end: number } {
    for (;;) {
      const opcode = this.#bytes[this.#take(1)];
      if (opcode === 0x2e) return { value: this.pop(), end: this.#at };
      const step = steps.get(opcode);
      if (step === undefined) {
        const name = otherOpcodes.get(opcode);
        if (name === undefined) throw this.#damaged(`byte ${this.#at - 1} is not an opcode`);
        throw this.#refused(`uses the opcode ${name}`);
      }
      step(this);
    }
  }

  protocol(version: number): void {
    if (version !== 2)
      throw this.#refused(`has protocol ${version}`, 'torch.save writes protocol 2 unless told otherwise.');
  }

  /** A big-endian float64. */
  float(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** The offset of the next `count` bytes, which are skipped. */
  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw this.#damaged('it ends early');
    this.#at += count;
    return at;
  }

  number(width: 1 | 2 | 4): number {
    const at = this.#take(width);
    if (width === 1) return this.#bytes[at];
    return width === 2 ? this.#view.getUint16(at, true) : this.#view.getInt32(at, true);
  }

  text(): string | typeof LONG_TEXT {
    const length = this.#view.getUint32(this.#take(4), true);
    const at = this.#take(length);
    if (length > pickleLimits.text) return LONG_TEXT;
    try {
      return strictUtf8.decode(this.#bytes.subarray(at, at + length));
    } catch {
      throw this.#damaged('a text is not UTF-8');
    }
  }

  /** Little-endian, in two's complement, of up to 16 bytes: PyTorch's magic number has ten. */
  long(): number | bigint {
    const length = this.number(1);
    if (length > 16) throw this.#refused(`has a number of ${length} bytes`);
    const at = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[at + i]);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  name(): PickleName {
    const [module, name] = [this.#line(), this.#line()];
    const full = `${module}.${name}`;
    if (!this.#rules.names.has(full)) throw this.#refused(`names ${inQuotes(full)}`);
    return new PickleName(full);
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0 || end - this.#at > pickleLimits.text) throw this.#damaged('a name does not end');
    const at = this.#take(end - this.#at + 1);
    return latin1.decode(this.#bytes.subarray(at, end));
  }

  push(value: PickleValue): void {
    this.#put(value);
  }

  mark(): void {
    this.#put(MARK);
  }

  #put(value: PickleValue | typeof MARK): void {
    this.#values += 1;
    if (this.#values > pickleLimits.values)
      throw this.#refused(`has more than ${pickleLimits.values} values`);
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.#damaged('a value is missing');
    return value as PickleValue;
  }

  popToMark(): PickleValue[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw this.#damaged('a mark is missing');
    const values = this.#stack.splice(at + 1) as PickleValue[];
    this.#stack.pop();
    return values;
  }

  /** The value on top, which stays there. */
  #top(): PickleValue {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  append(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#damaged('there is no list to append to');
    // Not as arguments of one call: there may be too many.
    for (const item of items) list.push(item);
  }

  setItems(items: readonly PickleValue[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0)
      throw this.#damaged('there is no dictionary to fill');
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  remember(key: number): void {
    if (key < 0) throw this.#damaged('a memo has no key');
    this.#memo.set(key, this.#top());
  }

  recall(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#damaged(`the memo has no value ${key}`);
    this.push(value);
  }

  call(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleName) || !Array.isArray(args))
      throw this.#damaged('something that is not a function is called');
    const value = this.#rules.call(callee.name, args);
    if (value === undefined)
      throw this.#refused(`calls ${callee.name} with other arguments than PyTorch does`);
    this.push(value);
  }

  find(): void {
    const found = this.#rules.find(this.pop());
    if (found === undefined) throw this.#refused('refers to something other than the storage of a tensor');
    this.push(found);
  }

  /** The attributes of an OrderedDict: PyTorch keeps the versions of modules there, which do not matter here. */
  build(): void {
    this.pop();
    if (!(this.#top() instanceof Map))
      throw this.#refused('gives attributes to something other than a dictionary');
  }

  #refused(what: string, hint = HINT): CoutureError {
    return new CoutureError(
      'data',
      `${this.#rules.file} cannot be imported: its pickle ${what}, and a state_dict does not.`,
      { hint },
    );
  }

  #damaged(what: string): CoutureError {
    return new CoutureError('data', `${this.#rules.file} is damaged: in its pickle, ${what}.`, {
      hint: 'Save it again, or get it again from its source.',
    });
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const latin1 = new TextDecoder('latin1');

/** The last `count` values of the stack as a tuple. */
const tuple = (count: number) => (m: Machine) => {
  const items = Array.from({ length: count }, () => m.pop());
  m.push(items.reverse());
};

/** What each opcode does, by its byte. STOP is in `run`. */
const steps: ReadonlyMap<number, (machine: Machine) => void> = new Map([
  [0x80, (m) => m.protocol(m.number(1))], // PROTO
  [0x28, (m) => m.mark()], // MARK
  [0x29, (m) => m.push([])], // EMPTY_TUPLE
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x74, (m) => m.push(m.popToMark())], // TUPLE
  [0x85, tuple(1)], // TUPLE1
  [0x86, tuple(2)], // TUPLE2
  [0x87, tuple(3)], // TUPLE3
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4b, (m) => m.push(m.number(1))], // BININT1
  [0x4d, (m) => m.push(m.number(2))], // BININT2
  [0x4a, (m) => m.push(m.number(4))], // BININT
  [0x8a, (m) => m.push(m.long())], // LONG1
  [0x47, (m) => m.push(m.float())], // BINFLOAT
  [0x58, (m) => m.push(m.text())], // BINUNICODE
  [0x63, (m) => m.push(m.name())], // GLOBAL
  [0x71, (m) => m.remember(m.number(1))], // BINPUT
  [0x72, (m) => m.remember(m.number(4))], // LONG_BINPUT
  [0x68, (m) => m.recall(m.number(1))], // BINGET
  [0x6a, (m) => m.recall(m.number(4))], // LONG_BINGET
  [0x61, (m) => m.append([m.pop()])], // APPEND
  [0x65, (m) => m.append(m.popToMark())], // APPENDS
  [0x73, (m) => m.setItems([m.pop(), m.pop()].reverse())], // SETITEM
  [0x75, (m) => m.setItems(m.popToMark())], // SETITEMS
  [0x52, (m) => m.call()], // REDUCE
  [0x51, (m) => m.find()], // BINPERSID
  [0x62, (m) => m.build()], // BUILD
]);
