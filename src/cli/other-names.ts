/** Names that other programs have for options and settings of Couture. Spelling alone does not lead from one to the other. */

const otherNames: Readonly<Record<string, string>> = {
  lr: 'learning-rate',
  rate: 'learning-rate',
  bs: 'batch-size',
  batch: 'batch-size',
  wd: 'weight-decay',
  decay: 'weight-decay',
  l2: 'weight-decay',
  'grad-clip': 'clip',
  'early-stopping': 'patience',
  smoothing: 'label-smoothing',
  scheduler: 'schedule',
  layers: 'hidden',
  units: 'hidden',
  ema: 'average',
  dataset: 'data',
  device: 'backend',
  cuda: 'backend',
  gpu: 'backend',
  workers: 'threads',
  jobs: 'threads',
  output: 'out',
  o: 'out',
  force: 'overwrite',
  model: 'recipe',
};

/**
 * The name here of what another program calls `name`, if it is among `known`.
 * @param name without dashes in front
 */
export function nameHere(name: string, known: Iterable<string>): string | undefined {
  const here = Object.hasOwn(otherNames, name) ? otherNames[name] : undefined;
  return here !== undefined && new Set(known).has(here) ? here : undefined;
}
