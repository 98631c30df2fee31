/** Where a person is in the page: the view and what is open in it, as parts of the address. */

import type { ModelChoice, Picture } from './protocol.ts';
import { type Aspect, aspects } from './see-state.ts';
import { type DataPart, dataParts, type View, views } from './state.ts';

/** An image of the data set at hand. */
export type ImagePlace = Pick<Extract<Picture, { kind: 'image' }>, 'split' | 'index'>;

/** What is open, by name. */
export interface Place {
  readonly view: View;
  readonly dataPart: DataPart;
  readonly aspect: Aspect;
  readonly run: string | undefined;
  readonly study: string | undefined;
  readonly compared: readonly string[];
  /** The run whose network answers; undefined for the shipped one, and for the one in training. */
  readonly model: string | undefined;
  /** Undefined for the first test image, and for pictures that are not of the data set. */
  readonly image: ImagePlace | undefined;
}

/** What an address says of a place. */
export type AskedPlace = { readonly [Name in keyof Place]?: Place[Name] | undefined };

/** The names of the parts. */
export const placeParts: readonly string[] = ['view', 'part', 'run', 'study', 'compare', 'model', 'image'];

/** Runs whose curves can be compared at most: a figure has no more colors. */
export const MOST_COMPARED = 4;

const RUN = /^(folder\/)?[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;
const STUDY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const IMAGE = /^(?:(train|test):)?(\d{1,9})$/;

/** The run of a model; undefined for the shipped one, and for the one in training. */
export function runOf(model: ModelChoice): string | undefined {
  return model.kind === 'run' ? model.name : undefined;
}

/** A picture of the data set, other than the one that is shown first. */
export function imageOf(picture: Picture | undefined): ImagePlace | undefined {
  if (picture?.kind !== 'image' || (picture.split === 'test' && picture.index === 0)) return undefined;
  return { split: picture.split, index: picture.index };
}

/** A place as parts of the address: only what its view shows. */
export function placeToAddress(place: Place): [name: string, value: string][] {
  const { view, dataPart, aspect, run, study, compared, model, image } = place;
  const parts: [string, string | undefined][] = [['view', view]];
  if (view === 'data') parts.push(['part', dataPart === 'images' ? undefined : dataPart]);
  if (view === 'understand') parts.push(['part', aspect === 'image' ? undefined : aspect]);
  if (view === 'runs' && study !== undefined) parts.push(['study', study]);
  else if (view === 'runs')
    parts.push(['run', run], ['compare', compared.length === 0 ? undefined : compared.join(',')]);
  if (view === 'understand' || view === 'predict')
    parts.push(['model', model], ['image', image === undefined ? undefined : textOfImage(image)]);
  return parts.filter((part): part is [string, string] => part[1] !== undefined);
}

/** `17` for a test image, `train:17` for a training image. */
function textOfImage({ split, index }: ImagePlace): string {
  return split === 'test' ? String(index) : `train:${index}`;
}

/** Whether going from one place to another is a step that Back takes back; other changes only change the address. */
export function isStep(from: Place, to: Place): boolean {
  const keyOf = ({ view, dataPart, aspect, run, study }: Place): string => {
    switch (view) {
      case 'data':
        return `${view} ${dataPart}`;
      case 'understand':
        return `${view} ${aspect}`;
      case 'runs':
        return `${view} ${study === undefined ? `run ${run}` : `study ${study}`}`;
      default:
        return view;
    }
  };
  return keyOf(from) !== keyOf(to);
}

/** The place of an address, and the parts that say nothing the Studio knows. */
export function placeFromAddress(parts: URLSearchParams): {
  readonly place: AskedPlace;
  readonly unknown: string[];
} {
  const unknown: string[] = [];
  const place: { -readonly [Name in keyof AskedPlace]: AskedPlace[Name] } = {};
  /** The value of a part, where it is what `read` knows. */
  const take = <Value>(name: string, read: (text: string) => Value | undefined): Value | undefined => {
    const text = parts.get(name);
    const value = text === null ? undefined : read(text);
    if (text !== null && value === undefined) unknown.push(`${name}=${text}`);
    return value;
  };
  const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : undefined);
  place.view = take('view', (text) => views.find((name) => name === text));
  take('part', (text) => {
    place.dataPart = dataParts.find((name) => name === text);
    place.aspect = aspects.find((name) => name === text);
    return place.dataPart ?? place.aspect;
  });
  // A view without a part shows its first one; Runs without a name shows the lists.
  if (place.view === 'data') place.dataPart ??= 'images';
  if (place.view === 'understand') place.aspect ??= 'image';
  place.run = take('run', matching(RUN));
  place.study = take('study', matching(STUDY));
  place.model = take('model', matching(RUN));
  place.compared = take('compare', (text) => {
    const names = text.split(',');
    return names.length <= MOST_COMPARED && names.every((name) => RUN.test(name)) ? names : undefined;
  });
  place.image = take('image', (text) => {
    const [, split = 'test', index] = IMAGE.exec(text) ?? [];
    return index === undefined ? undefined : { split: split as ImagePlace['split'], index: Number(index) };
  });
  return { place, unknown };
}

/** The names of the views. */
export const titles: Readonly<Record<View, string>> = {
  data: 'Data',
  model: 'Model',
  train: 'Train',
  understand: 'Understand',
  predict: 'Predict',
  runs: 'Runs',
};

/** A place as the title of the page: tabs and entries of the history are told apart by it. */
export function titleOf({ view, run, study }: Place): string {
  const open = view !== 'runs' ? undefined : study === undefined ? run : `study ${study}`;
  return `${open === undefined ? '' : `${open} · `}${titles[view]} · Couture Studio`;
}
