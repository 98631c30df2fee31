/** Argument checks for networks. */

import { aMap, anArray, anObject, record } from '../core/arguments.ts';

export const aSpec = record({ layers: anArray }, 'a model, for example from sequential');
export const aNetwork = record(
  { spec: aSpec, input: record({ shape: anObject, pixels: anObject }), weights: aMap },
  'a network, { spec, input, weights }',
);
