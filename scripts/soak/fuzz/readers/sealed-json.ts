/** JSON files of a run, whose digest is made that of what they hold. */

import { jsonSha256 } from '../../../../src/runs/json.ts';

/** A changed JSON file under its new digest; one that cannot be read stays as it is. */
export async function resealJson(text: Uint8Array): Promise<Uint8Array> {
  try {
    const { sha256: _, ...value } = JSON.parse(Buffer.from(text).toString('utf8'));
    // Not laid out: the spaces in front of deep values would grow as the square of the depth.
    return Buffer.from(JSON.stringify({ ...value, sha256: await jsonSha256(value) }));
  } catch {
    return text;
  }
}
