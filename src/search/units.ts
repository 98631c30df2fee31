/** Parameters as numbers from 0 to 1, in which all samplers draw, and back. */

import { exponential, logarithm } from '../core/exponential.ts';
import { type AnyValues, type Choice, isActive, type Parameter, type Space } from './space.ts';

/** A point of the unit cube, one number for each parameter; undefined where a parameter does not exist. */
export type Units = readonly (number | undefined)[];

/** The number of values of a parameter; 0 for a continuous one. */
export function cellsOf(parameter: Parameter): number {
  if (parameter.type === 'categorical') return parameter.choices.length;
  const { type, low, high } = parameter;
  const step = parameter.step ?? (type === 'int' ? 1 : undefined);
  // The tenth of a step covers what is lost by rounding: (0.3 - 0.1) / 0.1 is below 2.
  return step === undefined ? 0 : Math.floor((high - low) / step + 0.1) + 1;
}

/** The ends between which a numeric parameter is uniform: half a value beyond the first and last whole number. */
function endsOf(parameter: Exclude<Parameter, { type: 'categorical' }>): readonly [number, number] {
  const { type, low, high } = parameter;
  return type === 'int' ? [logarithm(low - 0.5), logarithm(high + 0.5)] : [logarithm(low), logarithm(high)];
}

/** The value at a place from 0 to 1. */
export function valueAt(parameter: Parameter, unit: number): Choice {
  const cells = cellsOf(parameter);
  const cell = Math.min(cells - 1, Math.floor(unit * cells));
  if (parameter.type === 'categorical') return parameter.choices[cell];
  const { type, low, high, log } = parameter;
  if (log) {
    const [first, last] = endsOf(parameter);
    const value = exponential(first + unit * (last - first));
    return Math.min(high, Math.max(low, type === 'int' ? Math.round(value) : value));
  }
  if (cells === 0) return low + unit * (high - low);
  const value = low + cell * (parameter.step ?? 1);
  // 0.1 + 2 · 0.1 is not 0.3: a stepped value has at most 12 digits.
  return type === 'int' ? value : Number(value.toPrecision(12));
}

/** The place of a value from 0 to 1: the middle of its cell where there are cells. */
export function unitOf(parameter: Parameter, value: Choice): number {
  const cells = cellsOf(parameter);
  if (parameter.type === 'categorical') {
    const text = JSON.stringify(value);
    return (parameter.choices.findIndex((each) => JSON.stringify(each) === text) + 0.5) / cells;
  }
  const { low, high, step = 1, log } = parameter;
  const number = Number(value);
  if (log) {
    const [first, last] = endsOf(parameter);
    return last === first ? 0.5 : inUnit((logarithm(number) - first) / (last - first));
  }
  if (cells === 0) return high === low ? 0.5 : inUnit((number - low) / (high - low));
  return inUnit((Math.round((number - low) / step) + 0.5) / cells);
}

/**
 * The ends of the places that have the same value as a place; undefined for a continuous parameter. Without a logarithm
 * all cells have the same width.
 */
export function cellAround(parameter: Parameter, unit: number): readonly [number, number] | undefined {
  const cells = cellsOf(parameter);
  if (cells === 0) return undefined;
  if (parameter.type !== 'categorical' && parameter.log) {
    const [first, last] = endsOf(parameter);
    if (last === first) return [0, 1];
    const value = Number(valueAt(parameter, unit));
    const at = (end: number): number => inUnit((logarithm(end) - first) / (last - first));
    return [at(value - 0.5), at(value + 0.5)];
  }
  const cell = Math.min(cells - 1, Math.floor(unit * cells));
  return [cell / cells, (cell + 1) / cells];
}

function inUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** The values at a point of the unit cube; parameters that do not exist there are left out. */
export function valuesAt(space: Space, point: readonly number[]): AnyValues {
  const values: Record<string, Choice> = {};
  for (const [index, [name, parameter]] of Object.entries(space).entries())
    if (isActive(parameter, values)) values[name] = valueAt(parameter, point[index]);
  return values;
}

/** The point of the unit cube of the values of a trial. */
export function unitsOf(space: Space, values: AnyValues): Units {
  return Object.entries(space).map(([name, parameter]) =>
    Object.hasOwn(values, name) ? unitOf(parameter, values[name]) : undefined,
  );
}
