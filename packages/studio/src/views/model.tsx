/** The setup: a recipe, its layers, and every setting that the command line has. */

import { type RecipeName, recipes } from '@couture/core';
import { summarize } from 'couture/model';
import { type SettingControl, settingControls } from 'couture/train';
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-preact';
import { changeSetting, chooseRecipe } from '../actions.ts';
import { count, percent } from '../format.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { settingOf } from '../setup.ts';
import { resolved, setup } from '../state.ts';

/** Settings that the list of layers shows. */
const inLayers: ReadonlySet<string> = new Set(['hidden', 'dropout']);
/** Settings that need files which a page has not. */
const absent: ReadonlySet<string> = new Set(['teacher', 'distillation', 'fast']);

const controlOf = (key: string): SettingControl => settingControls.find((control) => control.key === key)!;

/** The form. */
export function ModelPanel() {
  const { value } = resolved;
  const general =
    'problem' in value && (value.key === undefined || inLayers.has(value.key)) ? value : undefined;
  const fields = settingControls.filter(({ key }) => !inLayers.has(key) && !absent.has(key));
  const groups = [...new Set(fields.map(({ group }) => group))];
  return (
    <form class="setup" onSubmit={(event) => event.preventDefault()}>
      <Recipes />
      <Layers />
      <Size />
      <Problem problem={general && { message: general.problem, hint: general.hint }} />
      {groups.map((group) => (
        <fieldset key={group}>
          <legend>{group}</legend>
          {fields
            .filter((one) => one.group === group && isShown(one))
            .map((control) => (
              <Field key={control.key} control={control} />
            ))}
        </fieldset>
      ))}
      <details>
        <summary>Settings that few runs need</summary>
        {fields
          .filter((one) => !isShown(one))
          .map((control) => (
            <Field key={control.key} control={control} />
          ))}
      </details>
    </form>
  );
}

/** Common settings, and those that differ from what they usually are. */
function isShown(control: SettingControl): boolean {
  return (
    !control.rare || JSON.stringify(settingOf(setup.value, control)) !== JSON.stringify(control.standard)
  );
}

function Recipes() {
  const { recipe } = setup.value;
  return (
    <fieldset class="recipes">
      <legend>Recipe</legend>
      <div class="choices">
        {(Object.keys(recipes) as RecipeName[]).map((name) => (
          <button type="button" key={name} aria-pressed={recipe === name} onClick={() => chooseRecipe(name)}>
            {name}
          </button>
        ))}
        <button type="button" aria-pressed={recipe === null} onClick={() => chooseRecipe(null)}>
          your own
        </button>
      </div>
    </fieldset>
  );
}

function Layers() {
  const hidden = settingOf(setup.value, controlOf('hidden')) as readonly unknown[];
  const all = settingOf(setup.value, controlOf('dropout')) as readonly unknown[];
  const dropout = hidden.map((_, i) => all[i] ?? 0);
  const change = (widths: readonly unknown[], shares: readonly unknown[]): void => {
    changeSetting('hidden', widths);
    changeSetting('dropout', shares.every((share) => share === 0) ? [] : shares);
  };
  const replaced = (list: readonly unknown[], place: number, text: string): unknown[] =>
    list.map((value, i) =>
      i === place ? (Number.isFinite(Number(text)) && text.trim() !== '' ? Number(text) : text) : value,
    );
  const swapped = (list: readonly unknown[], place: number): unknown[] => {
    const copy = [...list];
    [copy[place - 1], copy[place]] = [copy[place], copy[place - 1]];
    return copy;
  };
  const without = (list: readonly unknown[], place: number) => list.filter((_, i) => i !== place);
  return (
    <fieldset class="layers">
      <legend>Hidden layers</legend>
      <ol>
        {hidden.map((width, place) => (
          <li key={place}>
            <label>
              <span>units</span>
              <input
                type="text"
                inputMode="numeric"
                aria-label={`Units of hidden layer ${place + 1}`}
                value={String(width)}
                onChange={({ currentTarget }) =>
                  change(replaced(hidden, place, currentTarget.value), dropout)
                }
              />
            </label>
            <label>
              <span>dropout</span>
              <input
                type="text"
                inputMode="decimal"
                aria-label={`Dropout of hidden layer ${place + 1}`}
                value={String(dropout[place])}
                onChange={({ currentTarget }) =>
                  change(hidden, replaced(dropout, place, currentTarget.value))
                }
              />
            </label>
            <button
              type="button"
              class="icon"
              aria-label={`Move layer ${place + 1} up`}
              disabled={place === 0}
              onClick={() => change(swapped(hidden, place), swapped(dropout, place))}
            >
              <ArrowUp size={16} aria-hidden="true" />
            </button>
            <button
              type="button"
              class="icon"
              aria-label={`Move layer ${place + 1} down`}
              disabled={place === hidden.length - 1}
              onClick={() => change(swapped(hidden, place + 1), swapped(dropout, place + 1))}
            >
              <ArrowDown size={16} aria-hidden="true" />
            </button>
            <button
              type="button"
              class="icon"
              aria-label={`Remove layer ${place + 1}`}
              onClick={() => change(without(hidden, place), without(dropout, place))}
            >
              <Trash2 size={16} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ol>
      <button type="button" onClick={() => change([...hidden, hidden.at(-1) ?? 64], [...dropout, 0])}>
        <Plus size={16} aria-hidden="true" /> Add a layer
      </button>
    </fieldset>
  );
}

/** Parameters and arithmetic of the network, or what the recipe reached. */
function Size() {
  const { value } = resolved;
  if (!('config' in value)) return null;
  const { parameters, macsPerImage } = summarize(value.config.model);
  const { recipe, settings } = setup.value;
  const published = recipe === null || Object.keys(settings).length > 0 ? null : recipes[recipe].published;
  return (
    <p class="size">
      <strong>{count(parameters)}</strong> parameters, {count(macsPerImage)} multiply-adds an image
      {published !== null && <>; published accuracy {percent(published)}</>}
    </p>
  );
}
