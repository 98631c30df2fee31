/** The declarations of an exported module. They name no package, so they need nothing but TypeScript and its DOM types. */

import { printable } from '../../core/printable.ts';
import type { ExportModel } from './export-model.ts';

/** The text of model.d.ts. */
export function moduleTypes({ title, data: { classNames, shape } }: ExportModel): string {
  const size = shape.height * shape.width * shape.channels;
  return `// ${printable(title)}.

/** A class of the model. */
export type Label =
${classNames.map((name) => `  | ${JSON.stringify(name)}`).join('\n')};

/** A decoded picture. */
export interface Picture {
  /** Red, green, blue and alpha of each pixel, row by row. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8, if the picture is not yet rotated. */
  readonly orientation?: number;
}

/**
 * What can be classified: the bytes of a PNG, JPEG or WebP file; something that a page can draw; RGBA; or ${size} prepared
 * pixels [${shape.height}, ${shape.width}, ${shape.channels}], as bytes or as numbers from 0 to 1. Outside of a page, PNG files of 8 bits and at most 512x512
 * pixels are decoded; decode other files with a library and give RGBA.
 */
export type ModelImage =
  | Uint8Array
  | Uint8ClampedArray
  | Float32Array
  | readonly number[]
  | ArrayBuffer
  | Blob
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas
  | Picture;

/** How a picture is prepared, where that differs from the steps of the model. */
export interface ModelOptions {
  readonly steps?: {
    readonly upright?: boolean;
    readonly ground?: 'auto' | readonly [red: number, green: number, blue: number];
    /** Whether light and dark are swapped. */
    readonly invert?: 'auto' | 'yes' | 'no';
    /** Whether the object is cut out. */
    readonly trim?: boolean;
    readonly fit?: 'pad' | 'crop' | 'stretch';
  };
}

/** The prediction for one image. */
export interface Prediction {
  readonly label: Label;
  readonly index: number;
  /** One per class, in the order of \`classNames\`. They sum to 1. */
  readonly probabilities: readonly number[];
}

/** A picture as the network sees it. */
export interface Prepared {
  /** Bytes [${shape.height}, ${shape.width}, ${shape.channels}]. */
  readonly pixels: Uint8Array;
  readonly facts: {
    readonly width: number;
    readonly height: number;
    readonly inverted: boolean;
    readonly crop: { readonly left: number; readonly top: number; readonly width: number; readonly height: number } | null;
    readonly nothingFound: boolean;
    readonly ground: readonly [number, number, number] | null;
  };
}

/** The classes, in the order of the probabilities. */
export declare const classNames: readonly Label[];
/** The images of the network. */
export declare const shape: { readonly height: ${shape.height}; readonly width: ${shape.width}; readonly channels: ${shape.channels} };
/** Label and probabilities of one image. */
export declare function classify(image: ModelImage, options?: ModelOptions): Promise<Prediction>;
/** What the network sees of a picture, and what was done to it. */
export declare function prepare(picture: ModelImage, options?: ModelOptions): Promise<Prepared>;
export default classify;
`;
}
