/** The tensors of a session, in and out: weights, moments and averages. */

import { CoutureError } from '../core/errors.ts';
import type { Session, TensorRole } from '../engine/backend.ts';
import type { TensorMap } from '../model/network.ts';
import type { ParameterSpec } from '../model/plan.ts';
import type { Program } from '../model/program.ts';
import type { TrainState } from './events.ts';

/** Everything that a training changes in a session. */
export type SessionState = Pick<TrainState, 'parameters' | 'firstMoments' | 'secondMoments' | 'averages'>;

/** Reads and writes the tensors of a session by their role. */
export class SessionTensors {
  readonly #session: Session;
  readonly #program: Program;

  constructor(session: Session, program: Program) {
    this.#session = session;
    this.#program = program;
  }

  /** The parameters with a role: all have a value, trained ones also the others, and statistics possibly an average. */
  #parametersWith(role: TensorRole): ParameterSpec[] {
    const { plan, averageStatistics } = this.#program;
    const all = role === 'value' || (role === 'average' && averageStatistics);
    return plan.parameters.filter(({ trained }) => trained || all);
  }

  async #read(role: TensorRole): Promise<TensorMap> {
    const tensors = new Map<string, Float32Array>();
    for (const { name } of this.#parametersWith(role))
      tensors.set(name, await this.#session.read(name, role));
    return tensors;
  }

  async #write(tensors: TensorMap, role: TensorRole): Promise<void> {
    for (const { name, shape } of this.#parametersWith(role)) {
      const values = tensors.get(name);
      const size = shape.reduce((product, n) => product * n, 1);
      if (values?.length !== size)
        throw new CoutureError(
          'data',
          `The ${role} of ${name} must have ${size} values, not ${values?.length ?? 0}.`,
          { hint: 'The weights belong to another network.' },
        );
      await this.#session.write(name, values, role);
    }
  }

  /** The weights, and their average where the program has one. */
  async weights(): Promise<Pick<SessionState, 'parameters' | 'averages'>> {
    return {
      parameters: await this.#read('value'),
      ...(this.#program.average && { averages: await this.#read('average') }),
    };
  }

  /** Everything that the next step depends on. */
  async state(): Promise<SessionState> {
    return {
      ...(await this.weights()),
      firstMoments: await this.#read('firstMoment'),
      secondMoments: await this.#read('secondMoment'),
    };
  }

  /**
   * Starts from weights, whose average is the weights themselves.
   * @throws CoutureError of kind `data` when a tensor has another size
   */
  async start(parameters: TensorMap): Promise<void> {
    await this.#write(parameters, 'value');
    if (this.#program.average) await this.#write(parameters, 'average');
  }

  /**
   * Continues from a state.
   * @throws CoutureError of kind `data` when a tensor has another size
   */
  async resume({ parameters, averages, firstMoments, secondMoments }: SessionState): Promise<void> {
    await this.#write(parameters, 'value');
    if (this.#program.average) await this.#write(averages ?? parameters, 'average');
    await this.#write(firstMoments, 'firstMoment');
    await this.#write(secondMoments, 'secondMoment');
  }
}
