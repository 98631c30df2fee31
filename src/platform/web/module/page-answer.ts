/** The answer in an exported page: the class, a bar for each probability, and the image as the network saw it. */

import { probabilityText } from '../../../core/format.ts';
import type { ModuleConfig } from '../../../ship/exports/module-config.ts';
import type { Prediction } from '../../../use/predictor.ts';
import { byId, contextOf } from './page-elements.ts';

/** Bars at most: of more classes, the most probable ones. */
const MOST_BARS = 12;

/** The answer as the page uses it. */
export interface Answer {
  show(prediction: Prediction, pixels: Uint8Array): void;
  fail(message: string): void;
  clear(): void;
}

interface Bar {
  readonly row: HTMLLIElement;
  readonly name: HTMLSpanElement;
  readonly fill: HTMLSpanElement;
  readonly share: HTMLSpanElement;
}

/** Makes the answer. */
export function showAnswer({ classNames, shape }: ModuleConfig): Answer {
  const [label, sure, seen] = [byId('label'), byId('sure'), byId<HTMLCanvasElement>('seen')];
  seen.width = shape.width;
  seen.height = shape.height;
  // With few classes each keeps its place, so that the bars of one picture after another can be compared.
  const fixed = classNames.length <= MOST_BARS;
  const list = byId('bars');
  const bars = Array.from({ length: Math.min(MOST_BARS, classNames.length) }, () => addBar(list));
  if (!fixed)
    byId('bars-note').textContent = `The ${MOST_BARS} most probable of ${classNames.length} classes.`;

  function setBars(probabilities: readonly number[] | undefined): void {
    const order = classNames.map((_, i) => i);
    if (!fixed && probabilities) order.sort((a, b) => probabilities[b] - probabilities[a]);
    const best = probabilities?.indexOf(Math.max(...probabilities));
    bars.forEach(({ row, name, fill, share }, i) => {
      const index = order[i];
      const probability = probabilities?.[index] ?? 0;
      name.textContent = fixed || probabilities ? classNames[index] : '';
      fill.style.width = `${100 * probability}%`;
      share.textContent = probabilities ? probabilityText(probability) : '';
      row.classList.toggle('best', index === best);
    });
  }

  const state = (name: 'empty' | 'answered' | 'failed'): void => {
    byId('answer').setAttribute('data-state', name);
  };

  const answer: Answer = {
    show({ label: text, index, probabilities }, pixels) {
      state('answered');
      label.textContent = text;
      sure.textContent = probabilityText(probabilities[index]);
      setBars(probabilities);
      drawPixels(seen, pixels, shape.channels);
    },
    fail(message) {
      state('failed');
      label.textContent = message;
      sure.textContent = '';
      setBars(undefined);
      contextOf(seen).clearRect(0, 0, seen.width, seen.height);
    },
    clear() {
      state('empty');
      label.textContent = 'Give it a picture';
      sure.textContent = '';
      setBars(undefined);
      contextOf(seen).clearRect(0, 0, seen.width, seen.height);
    },
  };
  return answer;
}

function addBar(list: HTMLElement): Bar {
  const row = document.createElement('li');
  const [name, track, fill, share] = ['name', 'track', 'fill', 'share'].map((part) => {
    const span = document.createElement('span');
    span.className = part;
    return span;
  });
  track.append(fill);
  row.append(name, track, share);
  list.append(row);
  return { row, name, fill, share };
}

/** Draws the bytes [height, width, channels] of an image. */
function drawPixels(canvas: HTMLCanvasElement, pixels: Uint8Array, channels: number): void {
  const image = new ImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[i * channels + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  contextOf(canvas).putImageData(image, 0, 0);
}
