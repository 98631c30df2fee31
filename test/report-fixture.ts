/** Made-up runs for the tests of the report. */

import type { Inspection } from '../src/inspect/inspection.ts';
import type { ReportRun } from '../src/report/input.ts';
import { resolveConfig } from '../src/train/config.ts';

/** A run around an inspection. */
export function makeReportRun(inspection: Inspection): ReportRun {
  return {
    inspection,
    config: resolveConfig({ recipe: 'baseline', settings: { seed: inspection.seed } }),
    path: `runs/train/${inspection.run}`,
    seconds: 12.5,
    weightsSha256: 'a'.repeat(64),
    lastSha256: 'b'.repeat(64),
    environment: [
      ['Couture', '1.2.3'],
      ['machine', `one of ${inspection.run}`],
    ],
  };
}
