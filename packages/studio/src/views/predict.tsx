/** Predict: a test image, a drawing, a file or what was pasted; ten bars, and what the network sees. */

import { Camera as CameraIcon, Eraser, PenLine, Shuffle, Upload } from 'lucide-preact';
import { useEffect, useState } from 'preact/hooks';
import { chooseModel, predictPicture } from '../actions.ts';
import { plural } from '../format.ts';
import { Bars } from '../parts/bars.tsx';
import { Camera } from '../parts/camera.tsx';
import { Doubt } from '../parts/doubt.tsx';
import { DrawPad } from '../parts/draw-pad.tsx';
import { NearestImages } from '../parts/nearest.tsx';
import { Pixels } from '../parts/pixels.tsx';
import { Problem } from '../parts/problem.tsx';
import { useTyped } from '../parts/use-typed.ts';
import type { Answer, ModelChoice, SplitName } from '../protocol.ts';
import { answer, model, picture, problems, run, runs, set } from '../state.ts';

/** The view. */
export function PredictPanel() {
  const { value } = answer;
  usePaste();
  return (
    <div class="predict">
      <h2>Predict</h2>
      <Models />
      <Sources />
      <Problem problem={problems.value.predict} />
      {value !== undefined && (
        <>
          <div class="seen">
            <Pixels
              pixels={value.pixels}
              shape={value.shape}
              label="The image as the network sees it"
              class="large"
            />
            <div>
              <Verdict answer={value} />
              <p class="hint">
                {value.model}, {value.milliseconds.toFixed(1)} ms
              </p>
              {value.steps.length > 0 && (
                <ol class="steps" aria-label="Preparation">
                  {value.steps.map((step) => (
                    <li key={step}>{step}</li>
                  ))}
                </ol>
              )}
            </div>
          </div>
          <Doubt answer={value} />
          <Bars classNames={value.classNames} probabilities={value.probabilities} truth={value.truth} />
          <NearestImages />
        </>
      )}
    </div>
  );
}

/** The most probable class, and whether it is the label. */
function Verdict({ answer: { classNames, probabilities, truth } }: { readonly answer: Answer }) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  return (
    <>
      <p class="verdict">{classNames[best]}</p>
      {truth !== undefined && (
        <p class={`truth ${truth === best ? 'right' : 'wrong'}`}>
          {truth === best ? 'correct' : `wrong: the label is ${classNames[truth]}`}
        </p>
      )}
    </>
  );
}

const keyOf = (choice: ModelChoice): string => (choice.kind === 'run' ? `run ${choice.name}` : choice.kind);

function Models() {
  const finished = (runs.value ?? []).filter(({ testAccuracy }) => testAccuracy !== undefined);
  const choices: [ModelChoice, string][] = [
    [{ kind: 'shipped' }, 'compact, shipped with Couture'],
    ...(run.value !== undefined && run.value.history.length > 0
      ? ([[{ kind: 'live' }, `${run.value.name}, as it is now`]] as [ModelChoice, string][])
      : []),
    ...finished.map(({ name }): [ModelChoice, string] => [{ kind: 'run', name }, name]),
  ];
  return (
    <label class="field">
      <span>Model</span>
      <select
        value={keyOf(model.value)}
        onChange={({ currentTarget }) => {
          const found = choices.find(([choice]) => keyOf(choice) === currentTarget.value);
          if (found !== undefined) chooseModel(found[0]);
        }}
      >
        {choices.map(([choice, words]) => (
          <option key={keyOf(choice)} value={keyOf(choice)}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Sources() {
  const [drawing, setDrawing] = useState(false);
  const [camera, setCamera] = useState(false);
  const [cleared, setCleared] = useState(0);
  const shown = picture.value?.kind === 'image' ? picture.value : { split: 'test' as const, index: 0 };
  const { split } = shown;
  const images = (of: SplitName): number => set.value?.counts[of].reduce((sum, own) => sum + own, 0) ?? 0;
  const [all, test] = [images(split), images('test')];
  const choose = (of: SplitName, index: number): void => {
    setDrawing(false);
    setCamera(false);
    predictPicture({ kind: 'image', split: of, index });
  };
  const typed = useTyped(String(shown.index), (text) =>
    choose(split, Math.max(0, Math.min(all - 1, Math.round(Number(text) || 0)))),
  );
  return (
    <div class="sources">
      <div class="row">
        <label class="field place">
          <span>{split === 'test' ? 'Test image' : 'Training image'}</span>
          <input
            type="number"
            min={0}
            max={Math.max(0, all - 1)}
            title={`0 to ${all - 1}: the ${split} split has ${plural(all, 'image')}`}
            {...typed}
          />
        </label>
        <button
          type="button"
          class="icon"
          aria-label="Any test image"
          disabled={test === 0}
          onClick={() => choose('test', Math.floor(Math.random() * test))}
        >
          <Shuffle size={18} aria-hidden="true" />
        </button>
        <label class="button icon" title="A picture of yours">
          <Upload size={18} aria-hidden="true" />
          <span class="unseen">A picture of yours</span>
          <input
            type="file"
            class="unseen"
            accept="image/png,image/jpeg,image/webp"
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file !== undefined) predictPicture({ kind: 'file', file });
              setDrawing(false);
              currentTarget.value = '';
            }}
          />
        </label>
        <button
          type="button"
          class="icon"
          aria-label="Draw"
          aria-pressed={drawing}
          onClick={() => setDrawing(!drawing)}
        >
          <PenLine size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          class="icon"
          aria-label="Camera"
          aria-pressed={camera}
          onClick={() => setCamera(!camera)}
        >
          <CameraIcon size={18} aria-hidden="true" />
        </button>
      </div>
      {drawing && (
        <div class="drawing">
          <DrawPad cleared={cleared} onDraw={(data) => predictPicture({ kind: 'drawing', data })} />
          <button type="button" onClick={() => setCleared(cleared + 1)}>
            <Eraser size={16} aria-hidden="true" /> Clear
          </button>
        </div>
      )}
      {camera && <Camera taking rate={20} onFrame={(data) => predictPicture({ kind: 'drawing', data })} />}
      <p class="hint">You can also paste a picture.</p>
    </div>
  );
}

/** A picture that is pasted anywhere outside a field is predicted. */
function usePaste(): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
      if (file !== undefined) predictPicture({ kind: 'file', file });
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, []);
}
