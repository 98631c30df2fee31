/**
 * A network of Couture's that can be put back to where it was after some epochs of training. What such a training comes to
 * is kept in the bench's folder, so that every setting begins from the same state and only the first has to make it.
 */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { keyFromSeed } from '../../src/core/philox.ts';
import type { Backend, Session, TensorRole } from '../../src/engine/backend.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram, type Program } from '../../src/model/program.ts';
import { type ModelSpec, multilayer } from '../../src/model/spec.ts';
import { inputOf, resolveConfig } from '../../src/train/config.ts';
import { dataFolder } from '../data.ts';
import { CLASSES, type Model, PIXELS } from '../models.ts';

/** As the recipes take their images. */
export const input = inputOf(resolveConfig());

const roles: readonly TensorRole[] = ['value', 'firstMoment', 'secondMoment'];

/** Tensors by role and parameter, and the steps that were taken. */
interface State {
  readonly step: number;
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/** The network of a model. */
export function specOf(model: Model): ModelSpec {
  return multilayer(PIXELS, model.hidden, CLASSES, model.dropout);
}

export class NetworkUnderway {
  readonly session: Session;
  /** Steps that were taken. */
  step = 0;
  readonly #program: Program;
  /** Names the network's states. */
  readonly #name: string;
  readonly #states = new Map<number, State>();

  private constructor(session: Session, program: Program, name: string) {
    this.session = session;
    this.#program = program;
    this.#name = name;
  }

  static async create(backend: Backend, model: Model, batchSize: number): Promise<NetworkUnderway> {
    const program = buildProgram(specOf(model), input);
    const session = await backend.createSession(program, { batchSize });
    const name = [...model.hidden, 'batch', batchSize].join('-');
    const made = new NetworkUnderway(session, program, name);
    await made.#restart();
    return made;
  }

  /**
   * Puts the network where `epochs` epochs of training take it.
   * @param train trains so many epochs; called where nobody has yet
   */
  async start(epochs: number, train: () => Promise<void>): Promise<void> {
    const known = this.#states.get(epochs) ?? this.#load(epochs);
    if (known) {
      this.#states.set(epochs, known);
      return await this.#write(known);
    }
    await this.#restart();
    await train();
    const made: State = { step: this.step, tensors: await this.#read() };
    this.#states.set(epochs, made);
    // Another contender may look for it at any time.
    writeFileSync(`${this.#path(epochs)}.${process.pid}`, serialize(made));
    renameSync(`${this.#path(epochs)}.${process.pid}`, this.#path(epochs));
  }

  /** The weights, as they are now. */
  async weights(): Promise<Map<string, Float32Array>> {
    const weights = new Map<string, Float32Array>();
    for (const { name } of this.#program.plan.parameters) weights.set(name, await this.session.read(name));
    return weights;
  }

  async #restart(): Promise<void> {
    for (const role of roles)
      for (const { name, shape } of this.#program.plan.parameters)
        await this.session.write(name, new Float32Array(shape.reduce((size, n) => size * n, 1)), role);
    for (const [name, values] of initialize(this.#program.plan, keyFromSeed(1)))
      await this.session.write(name, values);
    this.step = 0;
  }

  async #read(): Promise<Map<string, Float32Array>> {
    const tensors = new Map<string, Float32Array>();
    for (const role of roles)
      for (const { name } of this.#program.plan.parameters)
        tensors.set(`${role} ${name}`, await this.session.read(name, role));
    return tensors;
  }

  async #write({ step, tensors }: State): Promise<void> {
    for (const [place, values] of tensors) {
      const [role, name] = place.split(' ');
      await this.session.write(name, values, role as TensorRole);
    }
    this.step = step;
  }

  #load(epochs: number): State | undefined {
    const path = this.#path(epochs);
    return existsSync(path) ? deserialize(readFileSync(path)) : undefined;
  }

  #path(epochs: number): string {
    return join(dataFolder(), `state-${this.#name}-epochs-${epochs}`);
  }
}
