/** The weights of one unit as colored cells: blue below 0, red-brown above, centered on 0. */

import { diverging } from 'virtual:couture-theme';
import { useEffect, useRef } from 'preact/hooks';
import type { Walk } from '../protocol-see.ts';

const ramp = diverging.map((color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)));

interface WeightsProps {
  readonly weights: Float32Array;
  /** The image that they belong to, pixel by pixel; undefined for weights on a layer. */
  readonly shape: Walk['shape'] | undefined;
  readonly label: string;
}

/** The weights on an image, or on the units of a layer in rows. */
export function UnitWeights({ weights, shape, label }: WeightsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = shape?.width ?? Math.ceil(Math.sqrt(weights.length * 2));
  const height = shape?.height ?? Math.ceil(weights.length / width);
  useEffect(() => {
    const data = new ImageData(width, height);
    const square = weights.reduce((sum, weight) => sum + weight * weight, 0) / weights.length;
    const scale = 3 * Math.sqrt(Math.max(1e-12, square));
    const share = (place: number): number => (Math.max(-1, Math.min(1, weights[place] / scale)) + 1) / 2;
    for (let i = 0; i < width * height; i++) {
      const isThere = shape !== undefined || i < weights.length;
      const color = ramp[Math.round(share(isThere ? i : 0) * (ramp.length - 1))];
      for (let c = 0; c < 3; c++)
        data.data[i * 4 + c] = shape?.channels === 3 ? 255 * share(c * width * height + i) : color[c];
      data.data[i * 4 + 3] = isThere ? 255 : 0;
    }
    canvas.current?.getContext('2d')?.putImageData(data, 0, 0);
  }, [weights, width, height, shape?.channels]);
  return (
    <canvas
      ref={canvas}
      class="pixels unit-weights"
      width={width}
      height={height}
      role="img"
      aria-label={label}
    />
  );
}
