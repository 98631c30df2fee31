/**
 * The address of the page: the setup, and the place where a person is. A step to another place is one that Back takes back;
 * other changes, also of the setup, change the address of the place. Undo takes changes of the setup back.
 */

import { settingControls } from 'couture/train';
import {
  type AskedPlace,
  imageOf,
  isStep,
  type Place,
  placeFromAddress,
  placeParts,
  placeToAddress,
  runOf,
} from '../place.ts';
import { aspect } from '../see-state.ts';
import { fromAddress, toAddress } from '../setup.ts';
import * as state from '../state.ts';
import { setProblem } from './attempt.ts';
import { takeSetup } from './setup.ts';

/** Marks the entries of the browser's history that the page wrote: others were typed, or come from a link. */
const MARK = { studio: 1 };

/** What the address asks for and is not shown yet: it stays in the address until then. */
let awaited: AskedPlace = {};

/** Where the person is. */
export function placeNow(): Place {
  return {
    view: state.view.value,
    dataPart: state.dataPart.value,
    aspect: aspect.value,
    run: state.openedRun.value,
    study: state.openedStudy.value,
    compared: awaited.compared ?? [...state.compared.value],
    model: awaited.model ?? runOf(state.model.value),
    image: awaited.image ?? imageOf(state.picture.value),
  };
}

/** Sets what is on its way. */
export function awaitPlace(place: AskedPlace): void {
  awaited = place;
  writeAddress();
}

/** What an address says. */
export interface Asked {
  readonly place: AskedPlace;
  /** Parts that the Studio does not know. */
  readonly unknown: readonly string[];
}

/** Reads the address: takes its setup and what it hides, and gives its place. */
export function readAddress(): Asked {
  const parts = new URLSearchParams(location.hash.slice(1));
  const { place, unknown } = placeFromAddress(parts);
  for (const name of placeParts) parts.delete(name);
  const { setup, unknown: settings } = fromAddress(parts);
  const wanted = (parts.get('hide') ?? '').split(',').filter((name) => name !== '');
  const known = new Set([...state.hideable, ...settingControls.map(({ name }) => name)]);
  state.hidden.value = new Set(wanted.filter((name) => known.has(name)));
  const hiding = wanted.filter((name) => !known.has(name)).map((name) => `hide=${name}`);
  takeSetup(setup);
  return { place, unknown: [...unknown, ...settings, ...hiding] };
}

/** The place of the entry of the history that is shown; undefined before the first one. */
let shown: Place | undefined;
let writing: ReturnType<typeof setTimeout> | undefined;

/** Changes of place that are no step of the person's: Back passes them over. */
export function withoutStep(change: () => void): void {
  change();
  shown = placeNow();
}

/** Writes the address: a step at once, anything else at most every 300 ms, because browsers refuse many changes in a row. */
export function writeAddress(): void {
  const place = placeNow();
  // All that a click changes belongs to one step.
  if (shown !== undefined && isStep(shown, place)) queueMicrotask(write);
  clearTimeout(writing);
  writing = setTimeout(write, 300);
  // What the address is made of.
  void [state.setup.value, state.hidden.value];
}

function write(): void {
  clearTimeout(writing);
  const place = placeNow();
  const hide = [...state.hidden.value].join(',');
  const parts = [
    ...placeToAddress(place),
    ...(hide === '' ? [] : [['hide', hide]]),
    ...toAddress(state.setup.value),
  ];
  // Commas, colons and slashes may be in a fragment, and are easier to read.
  const text = new URLSearchParams(parts)
    .toString()
    .replaceAll(/%2C|%3A|%2F/g, (code) => decodeURIComponent(code));
  const isNew = shown !== undefined && isStep(shown, place);
  shown = place;
  // What an earlier address asked for in vain has been read by then.
  if (isNew) setProblem('address', undefined);
  if (!isNew && location.hash === `#${text}` && history.state !== null) return;
  try {
    history[isNew ? 'pushState' : 'replaceState'](MARK, '', `#${text}`);
  } catch {
    // A browser takes so many changes in half a minute and no more: the address is written with the next one.
  }
}

/**
 * Hears when the address is changed by Back or Forward, or by hand. What the page wrote itself is a place to go back to, and
 * its setup is that of another time: the setup stays as it is.
 */
export function watchAddress(arrive: (asked: Asked) => void): void {
  addEventListener('popstate', ({ state: mark }: PopStateEvent) => {
    if (mark === null) arrive(readAddress());
    else arrive(placeFromAddress(new URLSearchParams(location.hash.slice(1))));
  });
}
