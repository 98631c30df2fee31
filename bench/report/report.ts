/** What was measured as Markdown: docs/benchmarks.md. The comparison comes first, the targets last. */

import { BLAS, type Findings, peers, type Shown } from '../findings.ts';
import { pageSection } from '../page/report.ts';
import { epochSection } from './epochs.ts';
import { growthSection } from './growth.ts';
import { ladderSection } from './ladder.ts';
import { leadSentence } from './lead.ts';
import { table, wrapped } from './markdown.ts';
import { sweepSection } from './sweep.ts';
import { targetsSection } from './targets.ts';
import { timeToSection } from './time-to.ts';
import { useSection } from './uses.ts';
import { wholeSection } from './wholes.ts';
import { zerosSection } from './zeros.ts';

export function report(shown: Shown): string {
  const { findings, timeTo } = shown;
  const sections = [
    '# Benchmarks',
    leadSentence(findings),
    '![Seconds of whole trainings and of an epoch, and the kernel ladder](benchmarks.svg)',
    introduction(findings),
    wholeSection(findings),
    epochSection(findings),
    sweepSection(findings),
    zerosSection(findings),
    useSection(findings),
    findings.page && pageSection(findings.page, findings.trainedEpochs),
    timeTo && timeToSection(timeTo),
    ladderSection(findings),
    growthSection(findings),
    targetsSection(shown),
    missingSection(findings),
  ];
  return `${wrapped(sections.filter((section) => section !== undefined).join('\n\n'))}\n`;
}

function introduction(findings: Findings): string {
  const { date, seconds, repeats, versions, machine } = findings;
  return [
    `Written by \`npm run bench\` on ${date}, in one run of ${seconds} s; every number below is from it where no other date is given. ` +
      'All contenders take turns, each in a process of its own that is halted between turns, ' +
      `${repeats} rounds; a figure is the median, and the range beside it is the smallest and the largest of the rounds. ` +
      'All train on the same 48,000 images of Fashion-MNIST, those that the recipes train on with seed 1.',
    table(
      ['', ''],
      [['machine', machine], ...['Couture', BLAS, ...peers].map((who) => [who, versions[who] ?? 'missing'])],
    ),
  ].join('\n\n');
}

function missingSection({ missing }: Findings): string | undefined {
  if (missing.length === 0) return undefined;
  return `Not measured: ${missing.map(({ who, reason }) => `${who} (${reason})`).join('; ')}.`;
}
