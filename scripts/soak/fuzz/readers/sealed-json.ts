/** JSON files of a run, whose digest is made that of what they hold. */

import { formatSealed } from '../../../../src/runs/json.ts';

/** A changed JSON file under its new digest; one that cannot be read stays as it is. */
export async function resealJson(text: Uint8Array): Promise<Uint8Array> {
  try {
    const { sha256: _, ...value } = JSON.parse(Buffer.from(text).toString('utf8'));
    return Buffer.from(await formatSealed(value));
  } catch {
    return text;
  }
}
