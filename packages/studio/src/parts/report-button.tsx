/** Writes the report of a finished run: one HTML file with all figures. */

import { FileText } from 'lucide-preact';
import { makeReport } from '../see-actions.ts';
import { jobs } from '../see-state.ts';
import { set } from '../state.ts';

/** The button; `Job` shows how far the report is. */
export function ReportButton({ name }: { readonly name: string }) {
  return (
    <button
      type="button"
      disabled={jobs.value.report !== undefined || set.value?.complete !== true}
      onClick={() => void makeReport(name)}
    >
      <FileText size={16} aria-hidden="true" /> Report
    </button>
  );
}
