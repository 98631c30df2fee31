/** The form of an answer, by the Accept header of its request. */

import Negotiator from 'negotiator';
import { OCTETS } from './inputs.ts';

const JSON_TYPE = 'application/json';
/** In the order of the service: the first one for a client that takes both alike. */
const types = [JSON_TYPE, OCTETS];

/** Whether a client prefers the probabilities as bytes alone. A client that takes neither form gets JSON. */
export function prefersOctets(accept: string | undefined): boolean {
  // What nearly all clients send.
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return false;
  return accept === OCTETS || new Negotiator({ headers: { accept } }).mediaType(types) === OCTETS;
}
