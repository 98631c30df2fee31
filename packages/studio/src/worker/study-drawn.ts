/**
 * A study in detail. Its figures are drawn here, so that the page stays smooth: the importance of the settings comes from a
 * forest, which takes a good part of a second in a large study.
 */

import { CoutureError } from '@couture/core';
import { searchFigures } from 'couture/figures';
import { writeSearchReport } from 'couture/report';
import { describeStudy, type StudyDescription } from 'couture/study';
import { parseHTML } from 'linkedom/worker';
import type { DrawnFigure, StudyDetails, StudyRequests } from '../protocol-studies.ts';
import { readStudy } from './studies.ts';

/** The study that was opened last. All its figures are drawn from one state of it, so the forest is grown once. */
let opened: StudyDescription | undefined;

/** A study in detail, as it is now. */
export async function detailsOf(name: string): Promise<StudyDetails> {
  opened = describeStudy(await readStudy(name));
  const { summary, ...others } = opened;
  const figures = searchFigures.filter(({ has }) => has?.(summary) ?? true);
  return {
    ...others,
    figures: figures.map((figure) => ({ name: figure.name, reading: figure.reading })),
    reports: summary.trials.reduce((sum, { reports }) => sum + reports.length, 0),
  };
}

/**
 * Draws a figure of a study.
 * @throws CoutureError of kind `usage` when it has no such figure
 */
export async function drawFigure(
  study: string,
  name: string,
  look: Pick<StudyRequests['study-figure']['ask'], 'width' | 'theme'>,
): Promise<DrawnFigure> {
  const { summary } = opened?.name === study ? opened : describeStudy(await readStudy(study));
  const entry = searchFigures.find((one) => one.name === name);
  if (entry === undefined || entry.has?.(summary) === false)
    throw new CoutureError('usage', `The study ${study} has no figure ${name}.`);
  const { svg, width, height } = entry.draw(summary, { document: newDocument(), ...look });
  return { name, svg, width, height };
}

/** Writes the report of a study, as `couture report --study` does. */
export async function reportOf(name: string): Promise<{ file: Blob; name: string }> {
  const { summary, facts, commands } = describeStudy(await readStudy(name));
  const html = await writeSearchReport({
    ...{ summary, facts, document: newDocument() },
    commands: commands.flatMap(({ kind, purpose, command }) =>
      kind === 'report' ? [] : [`# ${purpose}`, command],
    ),
  });
  return { file: new Blob([html], { type: 'text/html' }), name: `${name}-report.html` };
}

function newDocument(): Document {
  return parseHTML('<!doctype html><html><body></body></html>').document as unknown as Document;
}
