/** The parameters of a plan by name. The worker of a page loads this file, so it imports no package. */

import { CoutureError } from '../core/errors.ts';
import type { ParameterSpec, Plan } from './plan.ts';

/**
 * The parameter of a plan with that name.
 * @throws CoutureError of kind `usage` when there is none
 */
export function findParameter(plan: Plan, name: string): ParameterSpec {
  const found = plan.parameters.find((parameter) => parameter.name === name);
  if (found !== undefined) return found;
  throw new CoutureError('usage', `The network has no parameter ${name}.`);
}
