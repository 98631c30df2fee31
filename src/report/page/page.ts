/**
 * Common parts of the functions of the report's page. Their source text goes into the page (script.ts), so
 * each may use only types and its arguments.
 */

/** The data of the script, from the JSON element of the page. */
export interface PageData {
  readonly classNames: readonly string[];
  /** The sheet of test images, `columns` to a row, each `width` by `height` pixels. */
  readonly sheet: { readonly columns: number; readonly width: number; readonly height: number };
  /** By position on the sheet: the index of the image in the test split. */
  readonly numbers: readonly number[];
  readonly runs: readonly PageRun[];
}

/** The images of one run, by their positions on the sheet. */
export interface PageRun {
  readonly name: string;
  /** By `actual * classes + predicted`; those without images are absent. */
  readonly cells: Readonly<Record<string, PageCell>>;
  /** The points of the map, in the order of its dots; a position is -1 if the image was left out. */
  readonly map: {
    readonly places: readonly number[];
    readonly numbers: readonly number[];
    readonly labels: readonly number[];
    readonly predicted: readonly number[];
  };
}

/** The images of a cell of the confusion matrix. */
export interface PageCell {
  /** How many there are; those shown may be fewer. */
  readonly count: number;
  readonly places: readonly number[];
  /** Probability of the predicted class, in thousandths. */
  readonly sureness: readonly number[];
}

/** The argument of every function of the page. */
export interface Page {
  readonly data: PageData;
  /** A test image; its longer side has about that many pixels on the screen. */
  picture(place: number, side: number, label: string): HTMLCanvasElement;
  /** An element with text in it. */
  element(name: string, text: string): HTMLElement;
  /** The element of that id. */
  part<Kind extends HTMLElement>(id: string): Kind;
  /** Shows a few words or an image above a position on the screen, or below it without room. */
  showTip(content: readonly HTMLElement[], box: DOMRect): void;
  hideTip(): void;
  /** Opens the images of a cell of a confusion matrix. */
  openCell(run: PageRun, actual: number, predicted: number): void;
}

/** Reads the data of the page. */
export function openPage(): Page {
  const part = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;
  const data: PageData = JSON.parse(part('page-data').textContent ?? '');
  const sheet = part<HTMLImageElement>('sheet');
  const tip = part('tip');
  const dialog = part<HTMLDialogElement>('images');
  const { columns, width, height } = data.sheet;
  const element = (name: string, text: string): HTMLElement => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };
  const picture = (place: number, side: number, label: string): HTMLCanvasElement => {
    const canvas = document.createElement('canvas');
    const scale = Math.max(1, Math.round(side / Math.max(width, height)));
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
  };
  return {
    data,
    part,
    element,
    picture,
    showTip(content, box) {
      tip.replaceChildren(...content);
      tip.hidden = false;
      const size = tip.getBoundingClientRect();
      const left = box.x + box.width / 2 - size.width / 2;
      const above = box.y - size.height - 8;
      tip.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`;
      tip.style.top = `${above >= 8 ? above : box.bottom + 8}px`;
    },
    hideTip() {
      tip.hidden = true;
    },
    openCell(run, actual, predicted) {
      const known = run.cells[actual * data.classNames.length + predicted];
      const { count, places, sureness } = known ?? { count: 0, places: [], sureness: [] };
      const [is, called] = [data.classNames[actual], data.classNames[predicted]];
      const few = places.length < count ? `; these are the ${places.length} with the highest confidence` : '';
      part('images-title').textContent =
        actual === predicted ? `${is}, correct` : `${is} predicted as ${called}`;
      part('images-note').textContent =
        `${run.name}: ${count} test ${count === 1 ? 'image' : 'images'}${places.length > 0 ? few : ''}.` +
        (places.length > 0 ? ` Below each image: the probability of ${called} and the image number.` : '') +
        (count > 0 && places.length === 0 ? ' The images are left out to keep this file small.' : '');
      const items = places.map((place, i) => {
        const number = data.numbers[place];
        const probability = `${(sureness[i] / 10).toFixed(1)}%`;
        const label = `Test image ${number}: ${is} predicted as ${called} with ${probability}`;
        const item = document.createElement('li');
        item.append(picture(place, 84, label), element('b', probability), element('small', `#${number}`));
        return item;
      });
      part('images-list').replaceChildren(...items);
      dialog.showModal();
      dialog.scrollTop = 0;
    },
  };
}
