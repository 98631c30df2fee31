/**
 * What the functions of the report's page share. They go into the page by their own text (script.ts), so that each
 * may know nothing but types and what it is handed.
 */

/** What the script reads from the page's one JSON element. */
export interface PageData {
  readonly classNames: readonly string[];
  /** The sheet of test images, `columns` to a row, each `width` by `height` pixels. */
  readonly sheet: { readonly columns: number; readonly width: number; readonly height: number };
  /** By place on the sheet: the image's number in the test split, and its label. */
  readonly numbers: readonly number[];
  readonly labels: readonly number[];
  readonly runs: readonly PageRun[];
}

/** The images of one run, by their places on the sheet. */
export interface PageRun {
  readonly name: string;
  /** By `actual * classes + predicted`. */
  readonly cells: readonly PageCell[];
  /** The points of the map, in the order of its dots. */
  readonly map: { readonly places: readonly number[]; readonly predicted: readonly number[] };
}

/** The images behind a cell of the confusion matrix. */
export interface PageCell {
  /** How many there are; those shown may be fewer. */
  readonly count: number;
  readonly places: readonly number[];
  /** Probability of the predicted class, in thousandths. */
  readonly sureness: readonly number[];
}

/** Handed to every function of the page. */
export interface Page {
  readonly data: PageData;
  /** A test image, drawn `scale` times as large. */
  picture(place: number, scale: number, label: string): HTMLCanvasElement;
  /** An element with text in it. */
  element(name: string, text: string): HTMLElement;
  /** The element of that id. */
  part<Kind extends HTMLElement>(id: string): Kind;
}

/** Reads the data of the page. */
export function openPage(): Page {
  const part = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;
  const data: PageData = JSON.parse(part('page-data').textContent ?? '');
  const sheet = part<HTMLImageElement>('sheet');
  const { columns, width, height } = data.sheet;
  return {
    data,
    part,
    element(name, text) {
      const made = document.createElement(name);
      made.textContent = text;
      return made;
    },
    picture(place, scale, label) {
      const canvas = document.createElement('canvas');
      canvas.width = width * scale;
      canvas.height = height * scale;
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', label);
      const context = canvas.getContext('2d');
      if (context === null) return canvas;
      context.imageSmoothingEnabled = false;
      const x = (place % columns) * width;
      const y = Math.floor(place / columns) * height;
      context.drawImage(sheet, x, y, width, height, 0, 0, canvas.width, canvas.height);
      return canvas;
    },
  };
}
