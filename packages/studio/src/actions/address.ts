/** The address of the page: it contains the setup and the view, so that both can be shared. */

import { settingControls } from 'couture/train';
import { fromAddress, toAddress } from '../setup.ts';
import * as state from '../state.ts';
import { setProblem } from './attempt.ts';

/** What the page itself wrote last, so that it is not read back. */
let written = '';

/** Takes the setup and the view from the address. */
export function readAddress(): void {
  const text = location.hash.slice(1);
  if (text === written && text !== '') return;
  const parts = new URLSearchParams(text);
  const view = state.views.find((name) => name === parts.get('view'));
  parts.delete('view');
  const { setup, unknown } = fromAddress(parts);
  const wanted = (parts.get('hide') ?? '').split(',').filter((name) => name !== '');
  const known = new Set([...state.hideable, ...settingControls.map(({ name }) => name)]);
  state.hidden.value = new Set(wanted.filter((name) => known.has(name)));
  unknown.push(...wanted.filter((name) => !known.has(name)).map((name) => `hide=${name}`));
  state.setup.value = setup;
  if (view !== undefined) state.view.value = view;
  const message = `The address has parts that the Studio does not know: ${unknown.join(', ').slice(0, 200)}.`;
  setProblem('address', unknown.length === 0 ? undefined : { message });
}

let writing: ReturnType<typeof setTimeout> | undefined;

/** Writes the address, at most every 300 ms: browsers refuse more than a hundred changes in half a minute. */
export function writeAddress(): void {
  const parts = toAddress(state.setup.value);
  const hide = [...state.hidden.value].join(',');
  const all = new URLSearchParams([
    ['view', state.view.value],
    ...(hide === '' ? [] : [['hide', hide]]),
    ...parts,
  ]);
  clearTimeout(writing);
  writing = setTimeout(() => {
    written = all.toString().replaceAll('%2C', ',');
    history.replaceState(null, '', `#${written}`);
  }, 300);
}
