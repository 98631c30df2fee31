/** Writes the report of a finished run: one HTML file with all figures. */

import { FileText } from 'lucide-preact';
import { makeReport } from '../see-actions.ts';
import { jobs } from '../see-state.ts';
import { runs } from '../state.ts';

/** The button, where the run is finished; `Job` shows how far the report is. */
export function ReportButton({ name }: { readonly name: string }) {
  if (runs.value?.find((run) => run.name === name)?.state !== 'finished') return null;
  return (
    <button type="button" disabled={jobs.value.report !== undefined} onClick={() => void makeReport(name)}>
      <FileText size={16} aria-hidden="true" /> Report
    </button>
  );
}
