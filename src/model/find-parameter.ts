/** A plan's parameters by name. A page's worker loads this file: it leads to no package. */

import { CoutureError } from '../core/errors.ts';
import type { ParameterSpec, Plan } from './plan.ts';

/**
 * The plan's parameter of that name.
 * @throws CoutureError of kind `usage` when there is none
 */
export function findParameter(plan: Plan, name: string): ParameterSpec {
  const found = plan.parameters.find((parameter) => parameter.name === name);
  if (found !== undefined) return found;
  throw new CoutureError('usage', `The network has no parameter ${name}.`);
}
