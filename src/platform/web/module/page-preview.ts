/** The chosen picture in an exported page, with a frame around the object that was found. */

import type { Box } from '../../../data/prepare.ts';
import { byId, contextOf } from './page-elements.ts';

/** Most pixels of a side of the preview. */
const MOST = 900;

/** The preview as the page uses it. */
export interface Preview {
  show(file: Blob): Promise<void>;
  /** Frames a rectangle of the picture; null for none. */
  mark(box: Box | null): void;
}

/** Makes the preview. */
export function openPreview(): Preview {
  const canvas = byId<HTMLCanvasElement>('preview');
  let shown: { readonly bitmap: ImageBitmap; readonly scale: number } | undefined;

  function draw(box: Box | null): void {
    if (shown === undefined) return;
    const { bitmap, scale } = shown;
    const context = contextOf(canvas);
    context.imageSmoothingQuality = 'high';
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    if (box === null) return;
    const frame = [box.left, box.top, box.width, box.height].map((value) => value * scale);
    const [left, top, width, height] = frame;
    for (const [color, line] of [
      ['rgb(0 0 0 / 60%)', 11],
      ['#fff', 5],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = line;
      context.strokeRect(left, top, width, height);
    }
  }

  return {
    async show(file) {
      shown?.bitmap.close();
      shown = undefined;
      canvas.width = 1;
      canvas.height = 1;
      byId('drop-hint').hidden = false;
      // A file that is no picture has its message beside the preview.
      const bitmap = await createImageBitmap(file).catch(() => undefined);
      if (bitmap === undefined) return;
      const scale = Math.min(4, MOST / Math.max(bitmap.width, bitmap.height));
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      byId('drop-hint').hidden = true;
      shown = { bitmap, scale };
      draw(null);
    },
    mark: draw,
  };
}
