/** Buttons that save a figure as a PNG or SVG file, in the colors of the page. */

import type { Figure, FigureOptions } from 'couture/figures';
import { Download } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { saveFile } from '../actions.ts';
import { problemOf } from '../problem-of.ts';
import type { Problem as Told } from '../state.ts';
import { type Figures, loadFigures } from './load-figures.ts';
import { Problem } from './problem.tsx';
import { scheme } from './scheme.ts';

/** Draws a figure with the options of its place. */
export type Draw = (figures: Figures, options: FigureOptions) => Drawn | Promise<Drawn>;

/** What is needed of a drawn figure. */
type Drawn = Pick<Figure, 'name' | 'svg' | 'width' | 'height'>;

/** Least width of a saved figure, and pixels of a PNG for one of the figure. */
const LEAST = 640;
const SCALE = 2;

interface SaveFigureProps {
  readonly draw: Draw;
  /** Width in the page. */
  readonly width?: number;
}

/** Both buttons. */
export function SaveFigure({ draw, width = LEAST }: SaveFigureProps) {
  const [problem, setProblem] = useState<Told | undefined>(undefined);
  const save = async (format: 'svg' | 'png'): Promise<void> => {
    setProblem(undefined);
    try {
      const figure = await draw(await loadFigures(), {
        document,
        width: Math.max(LEAST, width),
        theme: format === 'svg' ? 'auto' : scheme.value,
      });
      const svg = new Blob([figure.svg], { type: 'image/svg+xml' });
      saveFile(format === 'svg' ? svg : await rasterized(svg, figure), `${figure.name}.${format}`);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <>
      <div class="save-figure">
        {(['png', 'svg'] as const).map((format) => (
          <button type="button" key={format} class="quiet" onClick={() => void save(format)}>
            <Download size={14} aria-hidden="true" /> {format.toUpperCase()}
            <span class="unseen"> of this figure</span>
          </button>
        ))}
      </div>
      <Problem problem={problem} />
    </>
  );
}

/** The drawing as a PNG. */
async function rasterized(svg: Blob, { width, height }: Drawn): Promise<Blob> {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(width * SCALE, height * SCALE);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This browser has no 2D canvas, so it cannot make a PNG.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: 'image/png' });
  } finally {
    URL.revokeObjectURL(address);
  }
}
