/** Reads study.json, wherever its bytes come from. */

import { arrayOf, aString, checkArguments } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { decodeText } from '../core/text.ts';
import { checkJson, MAX_JSON_BYTES, unseal, versionMisfit } from '../runs/json.ts';
import { STUDY_VERSION, studySchema } from './schema.ts';
import type { Study } from './study.ts';

/** Most bytes of study.json. */
export const MOST_STUDY_BYTES = MAX_JSON_BYTES;

/**
 * A study from the bytes of its study.json: its version, its digest and its contents are checked.
 * @param where the file, for messages
 * @throws CoutureError of kind `data` naming the file and the fault
 */
export async function decodeStudy(bytes: Uint8Array, where: string): Promise<Study> {
  checkArguments('decodeStudy', { bytes: [bytes, arrayOf('Uint8Array', 'Buffer')], where: [where, aString] });
  const value = parseJson(decodeText(bytes, where), where);
  const misfit = versionMisfit(value, 'a study', STUDY_VERSION);
  if (misfit !== undefined)
    throw new CoutureError('data', `${where} ${misfit}.`, {
      hint: 'Use the version of Couture that wrote it.',
    });
  return checkJson(await unseal(value, where), where, studySchema);
}
