/** The gradients of the reference backend, to which the others are held, against float64. */

import { describe, it } from 'node:test';
import { createBackend } from '../../src/engine/create.ts';
import { checkGradients, checkPixelGradients } from './float64.ts';
import { gradientCases, pixelCases } from './gradient-cases.ts';

const TOLERANCE = 1e-5;

describe('gradients agree with float64 central differences', async () => {
  const backend = await createBackend({ backend: 'reference' });
  for (const [name, each] of Object.entries(gradientCases))
    it(name, async () => await checkGradients(backend, each, TOLERANCE));
  for (const [name, spec] of Object.entries(pixelCases))
    it(name, async () => await checkPixelGradients(backend, spec, TOLERANCE));
});
