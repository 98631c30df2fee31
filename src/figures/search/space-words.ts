/** The space of a search in words. */

import type { Condition, Parameter, Space } from '../../search/space.ts';
import { choiceText } from './common.ts';

/** A parameter in words. */
export interface SpaceRow {
  readonly name: string;
  /** `32 to 512 on a log scale` */
  readonly values: string;
  /** When it exists: `optimizer is sgd`; empty for always. */
  readonly condition: string;
}

/** The parameters in the order of the space. */
export function spaceRows(space: Space): SpaceRow[] {
  return Object.entries(space).map(([name, parameter]) => ({
    name,
    values: rangeText(parameter),
    condition: conditionsText(parameter),
  }));
}

/** `32 to 512 on a log scale`, `adam, sgd` */
function rangeText(parameter: Parameter): string {
  if (parameter.type === 'categorical') return parameter.choices.map(choiceText).join(', ');
  const { type, low, high, log, step } = parameter;
  const kind = type === 'int' ? 'whole numbers from ' : '';
  const how = log ? ' on a log scale' : step === undefined ? '' : ` in steps of ${step}`;
  return `${kind}${choiceText(low)} to ${choiceText(high)}${how}`;
}

function conditionsText({ when = {} }: Parameter): string {
  return Object.entries(when)
    .map(([name, condition]) => `${name} ${conditionText(condition)}`)
    .join(' and ');
}

function conditionText(condition: Condition): string {
  if (!('min' in condition || 'max' in condition))
    return `is ${Array.from(condition as readonly [])
      .map(choiceText)
      .join(' or ')}`;
  const { min, max } = condition;
  const parts = [
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ];
  return `is ${parts.join(' and ')}`;
}
