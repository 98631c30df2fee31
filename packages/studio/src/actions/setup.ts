/** Changes of the setup, which can be undone. */

import { type RecipeName, type RunConfig, recipes, resolveConfig, type TrainSettings } from '@couture/core';
import { batch } from '@preact/signals';
import type { Setup } from '../setup.ts';
import * as state from '../state.ts';

/** Most changes that can be undone. */
const MOST = 200;

/** Takes another setup. */
export function takeSetup(next: Setup): void {
  const { value } = state.setup;
  if (JSON.stringify(next) === JSON.stringify(value)) return;
  batch(() => {
    state.undone.value = { past: [...state.undone.value.past, value].slice(-MOST), future: [] };
    state.setup.value = next;
  });
}

/** Takes the last change back. */
export function undo(): void {
  const { past, future } = state.undone.value;
  const before = past.at(-1);
  if (before === undefined) return;
  batch(() => {
    state.undone.value = { past: past.slice(0, -1), future: [...future, state.setup.value] };
    state.setup.value = before;
  });
}

/** Makes the change again that was taken back last. */
export function redo(): void {
  const { past, future } = state.undone.value;
  const after = future.at(-1);
  if (after === undefined) return;
  batch(() => {
    state.undone.value = { past: [...past, state.setup.value], future: future.slice(0, -1) };
    state.setup.value = after;
  });
}

/** Inputs in which nothing is typed. */
const untyped = new Set([
  'button',
  'checkbox',
  'color',
  'file',
  'image',
  'radio',
  'range',
  'reset',
  'submit',
]);

/** Whether a person types there, so that the browser has its own undo: text, numbers and whatever else is typed. */
function isTyped(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !untyped.has(target.type);
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}

/** Hears the keys for undo and redo. In a field in which one types they are the browser's. */
export function watchUndoKeys(): void {
  addEventListener('keydown', (event) => {
    const { target, key, ctrlKey, metaKey, shiftKey } = event;
    if (!(ctrlKey || metaKey) || isTyped(target)) return;
    const letter = key.toLowerCase();
    if (letter !== 'z' && letter !== 'y') return;
    event.preventDefault();
    if (letter === 'y' || shiftKey) redo();
    else undo();
  });
}

/** Chooses a recipe and drops what differed from the last one. */
export function chooseRecipe(recipe: RecipeName | null): void {
  takeSetup({ recipe, settings: {} });
}

/** Takes the recipe and the settings of a run. */
export function useSettings({ recipe, settings }: RunConfig): void {
  const known = recipe !== null && recipe in recipes ? (recipe as RecipeName) : null;
  const standard = new Map<string, unknown>(Object.entries(resolveConfig({ recipe: known }).settings));
  const own = Object.entries(settings).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(standard.get(key)),
  );
  takeSetup({ recipe: known, settings: Object.fromEntries(own) });
}

/** Changes a setting; undefined gives it back to the recipe. */
export function changeSetting(key: keyof TrainSettings, value: unknown): void {
  changeSettings({ [key]: value });
}

/** Changes several settings at once; undefined gives one back to the recipe. */
export function changeSettings(changes: Partial<Record<keyof TrainSettings, unknown>>): void {
  const { recipe, settings } = state.setup.value;
  const all = Object.entries({ ...settings, ...changes }).filter(([, value]) => value !== undefined);
  takeSetup({ recipe, settings: Object.fromEntries(all) });
}
