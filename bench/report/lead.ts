/** The comparison in a sentence: the first of docs/benchmarks.md, and the one in README.md. */

import { bestWhole, type Findings, wholeLead, wholeSeconds } from '../findings.ts';
import { modelA, modelB, type PublishedModel } from '../models.ts';
import { digits } from './markdown.ts';

/** Nothing where no whole training of both was measured. */
export function leadSentence(findings: Findings): string | undefined {
  const leads = [modelB, modelA].flatMap((model) => leadOf(findings, model) ?? []);
  if (leads.length === 0) return undefined;
  const cores = findings.cores === 1 ? 'one core' : `${findings.cores} cores`;
  return (
    `On ${cores}, with a validation after each epoch, ${leads.join('; ')}. PyTorch ${pytorchText(findings)} has the fastest of the settings ` +
    "that were tried: threads, allocator, form of Adam. Couture's time includes its checkpoints, and its weights are the same bits on every machine."
  );
}

function leadOf(findings: Findings, model: PublishedModel): string | undefined {
  const lead = wholeLead(findings, model);
  const [own, peer] = ['Couture', 'PyTorch'].map((family) => bestWhole(findings, family, model));
  if (lead === undefined || !own || !peer) return undefined;
  const comparison =
    lead >= 1 ? `**${digits(lead)} times** as long` : `${digits(lead)} times as long, which is less`;
  return (
    `${own.epochs} epochs of \`${model.recipe}\` take Couture ${digits(wholeSeconds(own))} s and PyTorch ` +
    `${digits(wholeSeconds(peer))} s, ${comparison}`
  );
}

/** `1.13.0a0` */
function pytorchText({ versions }: Findings): string {
  const { PyTorch: version } = versions;
  return version?.replace(/^PyTorch /, '') ?? 'installed';
}
