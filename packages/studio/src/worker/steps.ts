/** What the preparation did to a picture, in words. */

import type { ImageShape } from '@couture/core';
import type { PreparedImage } from 'couture/data';

/** A phrase for each step, in order. */
export function describeSteps(facts: PreparedImage['facts'], shape: ImageShape): string[] {
  const { width, height, crop, ground, inverted, nothingFound } = facts;
  const steps = [`Picture of ${width} x ${height} pixels`];
  if (ground !== null) steps.push(`${ground[0] > 127 ? 'White' : 'Black'} behind transparent pixels`);
  if (crop !== null)
    steps.push(`Cropped to the object: ${Math.round(crop.width)} x ${Math.round(crop.height)}`);
  if (nothingFound) steps.push('No object found against its background: the whole picture is used');
  if (inverted) steps.push('Inverted: the object becomes bright on black');
  if (shape.channels === 1) steps.push('Gray');
  steps.push(`Resized to ${shape.width} x ${shape.height}, as the network sees it`);
  return steps;
}
