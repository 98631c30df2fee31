/**
 * Common parts of the functions of the report's page. Their source text goes into the page (script.ts), so
 * each may use only types and its arguments.
 */

/** The data of the script, from the JSON element of the page. */
export interface PageData {
  readonly classNames: readonly string[];
  /** The sheet of test images, `columns` to a row, each `width` by `height` pixels. */
  readonly sheet: { readonly columns: number; readonly width: number; readonly height: number };
  /** By position on the sheet: the index of the image in the test split, and its true class. */
  readonly numbers: readonly number[];
  readonly labels: readonly number[];
  readonly runs: readonly PageRun[];
}

/** What one run says of the images. */
export interface PageRun {
  readonly name: string;
  /** A CSS color. */
  readonly color: string;
  /** Images of each cell, by `actual * classes + predicted`; those without images are absent. */
  readonly counts: Readonly<Record<string, number>>;
  /** By position on the sheet: the predicted class, and its probability in hundredths of a percent. */
  readonly predicted: readonly number[];
  readonly confidence: readonly number[];
  /** The points of the map, in the order of its dots; a position is -1 if the image was left out. */
  readonly map: {
    readonly places: readonly number[];
    readonly numbers: readonly number[];
    readonly labels: readonly number[];
    readonly predicted: readonly number[];
  };
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
  /** Opens the images of a cell of the confusion matrix of a run. */
  openCell(run: number, actual: number, predicted: number): void;
  /** Opens the images that exactly one of two runs puts into a cell. */
  openChange(runs: readonly number[], actual: number, predicted: number): void;
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
  /** As the figures write probabilities: below 1, and never as 100%. */
  const percent = (confidence: number): string =>
    confidence >= 9995 ? '>99.9%' : `${(confidence / 100).toFixed(1)}%`;
  /** A run's name after its color. */
  const named = (run: PageRun, text: string): HTMLElement => {
    const line = element('span', text);
    const dot = document.createElement('i');
    dot.style.background = run.color;
    line.prepend(dot);
    return line;
  };
  /** An image with what the runs say of it, the given ones first. */
  const item = (place: number, runs: readonly number[]): HTMLElement => {
    const made = document.createElement('li');
    const number = data.numbers[place];
    const [first] = runs;
    const words = (run: number): string =>
      `${data.classNames[data.runs[run].predicted[place]]} ${percent(data.runs[run].confidence[place])}`;
    const label = `Test image ${number}: ${data.classNames[data.labels[place]]} predicted as ${words(first)}`;
    made.append(picture(place, 84, label));
    if (data.runs.length === 1) made.append(element('b', percent(data.runs[first].confidence[place])));
    else for (const run of runs) made.append(named(data.runs[run], words(run)));
    made.append(element('small', `#${number}`));
    return made;
  };
  /** Opens the dialog with images, those that the first run is most confident of first. */
  const open = (title: string, note: string, places: readonly number[], runs: readonly number[]): void => {
    const { confidence } = data.runs[runs[0]];
    const sorted = [...places].sort((a, b) => confidence[b] - confidence[a]);
    part('images-title').textContent = title;
    part('images-note').textContent = note;
    part('images-list').replaceChildren(...sorted.map((place) => item(place, runs)));
    dialog.showModal();
    dialog.scrollTop = 0;
  };
  const titleOf = (actual: number, predicted: number): string => {
    const [is, called] = [data.classNames[actual], data.classNames[predicted]];
    return actual === predicted ? `${is}, correct` : `${is} predicted as ${called}`;
  };
  const plural = (count: number): string => `${count} test ${count === 1 ? 'image' : 'images'}`;
  /** The runs, the given ones first. */
  const order = (first: readonly number[]): number[] => [
    ...first,
    ...data.runs.map((_, run) => run).filter((run) => !first.includes(run)),
  ];
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
      const { name, counts, predicted: said } = data.runs[run];
      const count = counts[actual * data.classNames.length + predicted] ?? 0;
      const places = data.labels.flatMap((label, place) =>
        label === actual && said[place] === predicted ? [place] : [],
      );
      const others = data.runs.length > 1 ? ', and what the other runs predict' : '';
      const note =
        `${name}: ${plural(count)}.` +
        (places.length > 0 && places.length < count ? ` ${places.length} of them are in this file.` : '') +
        (places.length > 0 ? ` Below each image: its prediction with its probability${others}.` : '') +
        (count > 0 && places.length === 0 ? ' The images are left out to keep this file small.' : '');
      open(titleOf(actual, predicted), note, places, order([run]));
    },
    openChange(runs, actual, predicted) {
      const puts = (run: number, place: number): boolean => data.runs[run].predicted[place] === predicted;
      const places = data.labels.flatMap((label, place) =>
        label === actual && puts(runs[0], place) !== puts(runs[1], place) ? [place] : [],
      );
      const [first, second] = runs.map((run) => {
        const own = places.filter((place) => puts(run, place)).length;
        return `only ${data.runs[run].name} ${own}`;
      });
      const note = `Exactly one of the two predicts ${data.classNames[predicted]} for ${plural(places.length)}: ${first}, ${second}.`;
      open(titleOf(actual, predicted), note, places, order(runs));
    },
  };
}
