/**
 * The report, in a page or in Node: one HTML file as text. `couture/report/node` writes the report of a run
 * folder.
 */

export type { ReportAudit, ReportInput, ReportRun } from './input.ts';
export { writeReport } from './report.ts';
export { type SearchReportInput, writeSearchReport } from './search-report.ts';
export { trainCommand } from './train-command.ts';
