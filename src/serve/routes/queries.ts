/** Refuses queries that cannot have an effect: the client would take the answer for one that they had changed. */

import { OCTETS } from '../http/inputs.ts';
import type { ServedModel } from '../models/served-model.ts';
import { Refused } from '../refusals.ts';
import type { PredictQuery } from '../schemas.ts';

/** @throws Refused when a query asks for what the form of the answer, or the model, does not have */
export function checkAsked(
  { seen, unknownBelow, unlike }: PredictQuery,
  { scorer }: Pick<ServedModel, 'scorer'>,
  octets: boolean,
): void {
  if (!seen && unknownBelow === undefined && unlike !== true) return;
  const asked = {
    'seen=true': seen,
    unknownBelow: unknownBelow !== undefined,
    'unlike=true': unlike === true,
  };
  const [first] = Object.entries(asked).find(([, isAsked]) => isAsked) ?? [];
  if (octets && first !== undefined)
    throw without(first, `an answer of the type ${OCTETS}, which has the probabilities alone`, {
      hint: 'Leave it out, or ask for JSON: Accept: application/json',
    });
  if (unlike === true && scorer === undefined)
    throw without('unlike=true', 'this model, which has no description of its training images', {
      hint: 'Leave it out. GET /models says which models have a description.',
    });
}

/** @throws Refused when a query is about pictures, and the request has prepared images */
export function checkPrepared({ invert }: PredictQuery): void {
  if (invert !== undefined)
    throw without('invert', 'prepared images, which go to the network as they are', {
      hint: 'Leave it out, or send PNG, JPEG or WebP files.',
    });
}

function without(query: string, place: string, { hint }: { readonly hint: string }): Refused {
  return new Refused('bad_request', `The query: ${query} has no effect on ${place}.`, { hint });
}
