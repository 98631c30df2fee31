/** A trained network on a backend, to be asked and never trained. */

import type { Backend, Session } from '../engine/backend.ts';
import { type Network, takeTensor } from '../model/network.ts';
import { buildProgram, type Output } from '../model/program.ts';

/** A session, and how many values it gives for an image. */
export interface InferenceSession {
  readonly session: Session;
  readonly width: number;
}

/**
 * A session that holds a network's weights and gives one kind of output.
 * @throws CoutureError of kind `usage` when a tensor is missing
 */
export async function inferenceSession(
  { spec, input, weights }: Network,
  backend: Backend,
  output: Output = { of: 'logProbabilities' },
): Promise<InferenceSession> {
  // Never trained: the session need keep no moments.
  const program = { ...buildProgram(spec, input, { output }), train: [] };
  const session = await backend.createSession(program);
  for (const { name } of program.plan.parameters) await session.write(name, takeTensor(weights, name));
  return { session, width: program.outputWidth };
}
