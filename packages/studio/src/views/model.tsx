/** The setup: a recipe, its layers, and every setting that the command line has. */

import { type RecipeName, recipes } from '@couture/core';
import { type SettingControl, settingControls } from 'couture/train';
import { Redo2, Undo2 } from 'lucide-preact';
import { chooseRecipe, redo, undo } from '../actions.ts';
import { Field } from '../parts/field.tsx';
import { Layers } from '../parts/layers.tsx';
import { Problem } from '../parts/problem.tsx';
import { Size } from '../parts/size.tsx';
import { settingOf } from '../setup.ts';
import { hidden, resolved, setup, undone } from '../state.ts';

/** Settings that the list of layers shows. */
const inLayers: ReadonlySet<string> = new Set(['hidden', 'dropout']);
/** Settings that need files which a page has not. */
const absent: ReadonlySet<string> = new Set(['teacher', 'distillation', 'fast']);

/** The form. */
export function ModelPanel() {
  const { value } = resolved;
  // What is about a setting is told beside its field.
  const general = 'problem' in value && value.keys.length === 0 ? value : undefined;
  return (
    <form class="setup" onSubmit={(event) => event.preventDefault()}>
      {!hidden.value.has('recipes') && <Recipes />}
      {!hidden.value.has('layers') && <Layers />}
      <Size />
      <Problem problem={general && { message: general.problem, hint: general.hint }} />
      {!hidden.value.has('settings') && <Settings />}
    </form>
  );
}

/** Every setting under the heading of its group, and the rare ones apart. */
function Settings() {
  const fields = settingControls.filter(
    ({ key, name }) => !inLayers.has(key) && !absent.has(key) && !hidden.value.has(name),
  );
  const groups = [...new Set(fields.map(({ group }) => group))];
  return (
    <>
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
    </>
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
      <div class="undo">
        <button
          type="button"
          class="icon"
          aria-label="Undo the last change of the setup"
          title="Undo (Ctrl+Z)"
          disabled={undone.value.past.length === 0}
          onClick={undo}
        >
          <Undo2 size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          class="icon"
          aria-label="Redo the change of the setup"
          title="Redo (Ctrl+Shift+Z)"
          disabled={undone.value.future.length === 0}
          onClick={redo}
        >
          <Redo2 size={16} aria-hidden="true" />
        </button>
      </div>
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
