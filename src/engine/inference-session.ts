/** A trained network on a backend, for inference only. */

import { type Network, takeTensor } from '../model/network.ts';
import { buildProgram, type Output } from '../model/program.ts';
import type { Backend, Session } from './backend.ts';

/** A session, and its number of output values per image. */
export interface InferenceSession {
  readonly session: Session;
  readonly width: number;
}

/**
 * Makes a session with the weights of a network for one kind of output.
 * @throws CoutureError of kind `usage` when a tensor is missing
 */
export async function inferenceSession(
  { spec, input, weights }: Network,
  backend: Backend,
  output: Output = { of: 'logProbabilities' },
): Promise<InferenceSession> {
  // Never trained, so the session needs no moments.
  const program = { ...buildProgram(spec, input, { output }), train: [] };
  const session = await backend.createSession(program);
  try {
    for (const { name } of program.plan.parameters) await session.write(name, takeTensor(weights, name));
    return { session, width: program.outputWidth };
  } catch (error) {
    session.dispose();
    throw error;
  }
}
