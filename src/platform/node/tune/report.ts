/** Writes the report of a study of this machine, or of the database of DATABASE_URL. */

import { join } from 'node:path';
import { checkOutput } from '../../../runs/output.ts';
import type { WrittenReport } from '../../../runs/report.ts';
import { reportOf } from '../../../study/report.ts';
import { nodeDocument } from '../images/figures.ts';
import { nodePlatform } from '../platform.ts';
import { openStudyPlaces } from './places.ts';
import { studyFolder } from './studies.ts';

/**
 * Writes the report of a study, also while another process works on it.
 * @param env the environment, of which DATABASE_URL is read
 * @param out the file; by default `report.html` in the folder of the study
 * @throws CoutureError of kind `usage` when there is no such study
 */
export async function reportStudy(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  out?: string,
): Promise<WrittenReport> {
  const places = await openStudyPlaces(env);
  const study = await places.read(name).finally(() => places.close());
  const path = out ?? join(studyFolder(name), 'report.html');
  await checkOutput(nodePlatform, path);
  const bytes = new TextEncoder().encode(await reportOf(study, nodeDocument()));
  await nodePlatform.store.write(path, bytes);
  return { path, bytes: bytes.length };
}
