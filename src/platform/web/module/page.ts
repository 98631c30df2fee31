/** The code inside an exported page: three ways to give a picture, and the answer beside it. */

import { count, percent } from '../../../core/format.ts';
import type { ModuleConfig } from '../../../ship/exports/module-config.ts';
import { showAnswer } from './page-answer.ts';
import { type Camera, openCamera } from './page-camera.ts';
import { openDrawing } from './page-drawing.ts';
import { byId, chosenFile } from './page-elements.ts';
import { openPreview } from './page-preview.ts';
import { type ModuleImage, type ModuleModel, type ModuleOptions, openModule } from './runtime.ts';

const ways = ['draw', 'picture', 'camera'] as const;
type Way = (typeof ways)[number];

/** Starts the page, and returns the model for the browser's console. */
export function openPage(config: ModuleConfig): ModuleModel {
  const model = openModule(config, byId('weights').textContent.trim());
  byId('title').textContent = config.title;
  byId('facts').textContent = factsOf(config);
  byId('origin').textContent = originOf(config);
  const answer = showAnswer(config);
  const preview = openPreview();
  /** The number of the newest question: an answer that comes late is not shown. */
  let newest = 0;

  const invert = byId<HTMLSelectElement>('invert');
  const options = (): ModuleOptions =>
    invert.value === 'model' ? {} : { steps: { invert: invert.value as 'yes' | 'no' } };

  async function ask(image: ModuleImage, seeThrough: boolean): Promise<void> {
    const number = ++newest;
    try {
      const { prepared, prediction } = await model.answer(image, options());
      if (number !== newest) return;
      const { pixels, facts } = prepared;
      answer.show(prediction, pixels);
      if (seeThrough) preview.mark(facts.crop);
    } catch (error) {
      if (number === newest) answer.fail(error instanceof Error ? error.message : String(error));
    }
  }

  const drawing = openDrawing(
    byId<HTMLCanvasElement>('drawing'),
    { colored: config.shape.channels === 3, paper: config.paper },
    (canvas) => {
      if (canvas !== undefined) return void ask(canvas, false);
      newest += 1;
      answer.clear();
    },
  );

  let picture: Blob | undefined;
  async function give(file: Blob): Promise<void> {
    picture = file;
    select('picture');
    preview.mark(null);
    await preview.show(file);
    await ask(file, true);
  }

  const camera: Camera = openCamera(
    byId<HTMLVideoElement>('video'),
    async (frame) => await ask(frame, false),
  );
  camera.onFailure = (message) => {
    newest += 1;
    answer.fail(message);
  };

  function select(way: Way): void {
    for (const each of ways) {
      byId(`tab-${each}`).setAttribute('aria-selected', String(each === way));
      byId(`tab-${each}`).tabIndex = each === way ? 0 : -1;
      for (const part of document.querySelectorAll<HTMLElement>(`[data-way~="${each}"]`)) {
        const wanted = part.getAttribute('data-way')?.split(' ').includes(way) === true;
        part.hidden = !wanted;
      }
    }
    newest += 1;
    answer.clear();
    if (way === 'camera') void camera.start();
    else camera.stop();
    if (way === 'draw') drawing.ask();
    if (way === 'picture' && picture !== undefined) void ask(picture, true);
  }

  for (const [i, way] of ways.entries()) {
    const tab = byId(`tab-${way}`);
    tab.addEventListener('click', () => select(way));
    tab.addEventListener('keydown', ({ key }) => {
      const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
      if (step === 0) return;
      const next = ways[(i + step + ways.length) % ways.length];
      select(next);
      byId(`tab-${next}`).focus();
    });
  }
  chosenFile(byId<HTMLInputElement>('file'), give);
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void give(file);
  });
  document.addEventListener('paste', (event) => {
    const file = event.clipboardData?.files[0];
    if (file !== undefined) void give(file);
  });
  invert.addEventListener('change', () => {
    if (picture !== undefined && byId('tab-picture').getAttribute('aria-selected') === 'true')
      void ask(picture, true);
  });
  select('draw');
  document.documentElement.setAttribute('data-ready', '');
  return model;
}

function factsOf({ classNames, shape, members, test, rounded }: ModuleConfig): string {
  const { height, width, channels } = shape;
  const before = rounded ? ' before rounding to float16' : '';
  return [
    `${count(classNames.length)} classes`,
    `${width}×${height} ${channels === 3 ? 'color' : 'gray'}`,
    members.length === 1 ? 'one network' : `${members.length} networks`,
    ...(test === null ? [] : [`${percent(test.accuracy, 2)} of ${count(test.images)} test images${before}`]),
  ].join(' · ');
}

function originOf({ couture, weightsSha256 }: ModuleConfig): string {
  return `Couture ${couture} · weights ${weightsSha256.map((digest) => digest.slice(0, 8)).join(', ')}`;
}
