/** The report of a study: one HTML file. */

import { writeSearchReport } from '../report/search-report.ts';
import { commandsOf, factsOf, type StudyCommand, summaryOf } from './describe.ts';
import type { Study } from './study.ts';

/** The HTML text of a study's report. */
export async function reportOf(study: Study, document: Document): Promise<string> {
  return await writeSearchReport({
    summary: summaryOf(study),
    facts: factsOf(study),
    commands: commandLines(commandsOf(study)),
    document,
  });
}

/** The commands with their purposes as comments, without the one that writes the report itself. */
function commandLines(commands: readonly StudyCommand[]): string[] {
  return commands
    .filter(({ kind }) => kind !== 'report')
    .flatMap(({ purpose, command }) => [`# ${purpose}`, command]);
}
