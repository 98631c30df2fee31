/** The findings of an audit with their pixels, for figures and reports. */

import { aNumber, checkArguments, optional, options as optionsOf, record } from '../core/arguments.ts';
import { aDataset } from '../data/argument-kinds.ts';
import { type Dataset, imageAt } from '../data/dataset.ts';
import type { ImageShape } from '../data/image-shape.ts';
import { anAudit } from './argument-kinds.ts';
import type { Audit, AuditedImage, NearDuplicate, Suspect } from './audit.ts';
import { surestOfBoth } from './summary.ts';

/** An image of an audit. */
export interface ShownImage extends AuditedImage {
  readonly pixels: Uint8Array;
}

/** An image and a copy of it. */
export interface ShownCopy {
  readonly kind: NearDuplicate['kind'] | 'exact';
  readonly first: ShownImage;
  readonly second: ShownImage;
  /** Relative, 0 for exact copies. */
  readonly distance: number;
}

/** A label that is probably wrong, and its image. */
export type ShownSuspect = Suspect & ShownImage;

/** Part of an audit, to show. */
export interface AuditExamples {
  readonly dataset: string;
  readonly classNames: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly channels: ImageShape['channels'];
  /** Those with different labels first, then those across the splits, then the nearest. */
  readonly copies: readonly ShownCopy[];
  /** The most confident of each split. */
  readonly suspects: readonly ShownSuspect[];
  /** Total numbers; a group of n exact copies counts as n - 1. */
  readonly totals: { readonly copies: number; readonly suspects: number };
}

/** Largest numbers to show. */
export interface AuditExamplesOptions {
  readonly copies?: number;
  readonly suspects?: number;
}

/** Joins an audit with its images. */
export function auditExamples(
  audit: Audit,
  splits: Readonly<Record<'train' | 'test', Dataset>>,
  options: AuditExamplesOptions = {},
): AuditExamples {
  checkArguments('auditExamples', {
    audit: [audit, anAudit],
    splits: [splits, record({ train: aDataset, test: aDataset })],
    options: [options, optionsOf({ copies: optional(aNumber), suspects: optional(aNumber) })],
  });
  const { copies = 24, suspects = 40 } = options;
  const show = <Named extends AuditedImage>(image: Named): Named & ShownImage => ({
    ...image,
    pixels: imageAt(splits[image.split], image.index).slice(),
  });
  const { exact, near } = audit.duplicates;
  const pairs = [
    ...exact.flatMap(([first, ...others]) =>
      others.map((second) => ({ kind: 'exact' as const, first, second, distance: 0 })),
    ),
    ...near,
  ];
  const urgency = ({ first, second }: (typeof pairs)[number]): number =>
    first.label !== second.label ? 0 : first.split !== second.split ? 1 : 2;
  // Sorting is stable: within each kind of urgency the nearest stay first.
  const shown = pairs.sort((a, b) => urgency(a) - urgency(b)).slice(0, copies);
  return {
    dataset: audit.dataset,
    classNames: audit.classNames,
    ...splits.train.info.shape,
    copies: shown.map(({ kind, first, second, distance }) => ({
      kind,
      first: show(first),
      second: show(second),
      distance,
    })),
    suspects: surestOfBoth(audit.labels.suspects, suspects).map(show),
    totals: { copies: pairs.length, suspects: audit.labels.suspects.length },
  };
}
