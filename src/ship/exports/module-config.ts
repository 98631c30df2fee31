/** The description of a model in a module or page: plain data, so that its runtime needs no code that checks networks. */

import type { ImageShape } from '../../data/image-shape.ts';
import type { PictureSteps } from '../../data/preprocessing.ts';
import type { Program } from '../../model/program.ts';
import type { ViewOptions } from '../../use/views.ts';
import type { TestFigures } from './export-model.ts';
import type { PackedTensor } from './packed-weights.ts';
import type { Paper } from './paper.ts';

/** A network: its program for inference, and its tensors. */
export interface ModuleMember {
  readonly program: Program;
  readonly tensors: readonly PackedTensor[];
}

/** Everything that the runtime of a module needs besides the bytes of the weights. */
export interface ModuleConfig {
  readonly couture: string;
  readonly name: string;
  readonly title: string;
  readonly classNames: readonly string[];
  readonly shape: ImageShape;
  readonly steps: PictureSteps;
  readonly views: ViewOptions;
  readonly temperature: number;
  readonly members: readonly ModuleMember[];
  readonly weightsSha256: readonly string[];
  /** Whether the figures were measured before weights were rounded. */
  readonly rounded: boolean;
  readonly test: TestFigures | null;
  /** Color of the drawing board of a page; null for black. */
  readonly paper: Paper | null;
}
