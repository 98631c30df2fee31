/** An image with its pixel values. */

import { X } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { predictPicture } from '../../actions.ts';
import { count } from '../../format.ts';
import { Pixels } from '../../parts/pixels.tsx';
import type { SetImage } from '../../protocol.ts';
import { opened, set, view } from '../../state.ts';

/** The enlarged image. */
export function Enlarged({ image }: { readonly image: SetImage }) {
  const [at, setAt] = useState<readonly [number, number] | undefined>(undefined);
  const { info } = set.value ?? {};
  if (info === undefined) return null;
  const { width, height, channels } = info.shape;
  const name = info.classNames[image.label];
  const from = at === undefined ? 0 : (at[1] * width + at[0]) * channels;
  return (
    <aside class="enlarged card" aria-label="Enlarged image">
      <button
        type="button"
        class="icon close"
        aria-label="Close"
        onClick={() => {
          opened.value = undefined;
        }}
      >
        <X size={16} aria-hidden="true" />
      </button>
      <h2>
        {name}{' '}
        <span>
          {image.split} image {count(image.index)}
        </span>
      </h2>
      <div
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
          setAt([
            Math.min(width - 1, Math.max(0, Math.floor(x * width))),
            Math.min(height - 1, Math.max(0, Math.floor(y * height))),
          ]);
        }}
        onPointerLeave={() => setAt(undefined)}
      >
        <Pixels pixels={image.pixels} shape={info.shape} label={`${name}, enlarged`} class="enlarged" />
      </div>
      <p class="hint">
        {at === undefined
          ? `${width} x ${height} pixels: 0 is black, 255 is white`
          : `Row ${at[1]}, column ${at[0]}: ${[...image.pixels.slice(from, from + channels)].join(', ')}`}
      </p>
      <button
        type="button"
        onClick={() => {
          predictPicture({ kind: 'image', split: image.split, index: image.index });
          view.value = 'predict';
        }}
      >
        Predict this image
      </button>
    </aside>
  );
}
