/** What the host of the page serves of its machine: it says so in served.json, and every answer has a limit. */

import { CoutureError } from '@couture/core';
import { piecesOf } from './stream.ts';

/** Parts of a machine that a host may serve. */
export type ServedPart = 'runs' | 'studies';

let base: string | undefined;
/** The parts that are served; undefined as long as the host has not said so. */
let said: ReadonlySet<string> | undefined;

/** Sets where the page is: the address of its data. */
export function setBase(address: string): void {
  base = new URL('..', address).href;
}

/** Whether the host serves a part: it says so in a file that every host of the page has. */
export async function serves(part: ServedPart): Promise<boolean> {
  if (base === undefined) return false;
  if (said !== undefined) return said.has(part);
  const response = await fetch(`${base}served.json`, { cache: 'no-cache' });
  // A host that fails is asked again the next time.
  if (!response.ok && response.status !== 404) return false;
  const parts: unknown = response.ok ? await response.json() : undefined;
  const named = typeof parts === 'object' && parts !== null ? Object.entries(parts) : [];
  said = new Set(named.filter(([, isServed]) => isServed === true).map(([name]) => name));
  return said.has(part);
}

/**
 * The bytes of an answer; undefined for a file that is not there.
 * @param what a name for messages
 * @throws CoutureError of kind `data` when the host does not answer, refuses, or sends more than the limit
 */
export async function askHost(path: string, limit: number, what: string): Promise<Uint8Array | undefined> {
  const response = await fetch(`${base}${path}`, { cache: 'no-cache' }).catch((cause: unknown) => {
    throw new CoutureError('data', `Cannot read ${what}: couture studio does not answer.`, { cause });
  });
  if (response.status === 404) return undefined;
  if (!response.ok)
    throw new CoutureError('data', `Cannot read ${what}: the server answered ${response.status}.`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body === null ? [] : piecesOf(response.body)) {
    length += part.length;
    if (length > limit)
      throw new CoutureError('data', `${what} has more than ${limit} bytes, which is the limit.`);
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Most bytes of a list: ten thousand runs need less. */
const MOST_LIST = 32 * 1024 * 1024;

/** The items of a list that the host serves; undefined for an answer that is not a list. */
export async function askList(part: ServedPart): Promise<readonly unknown[] | undefined> {
  const bytes = await askHost(`${part}.json`, MOST_LIST, `The list of ${part}`);
  if (bytes === undefined) return undefined;
  const list: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const items: unknown = typeof list === 'object' && list !== null ? Reflect.get(list, part) : undefined;
  return Array.isArray(items) ? items : undefined;
}
