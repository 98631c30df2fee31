/** Trains a classifier in the page, and asks it what was drawn. */

import { datasetFromImages, fit } from '@couture/core';
import { drawShapes } from './shapes.js';

const paper = document.querySelector('#paper');
const status = document.querySelector('#status');
const [trainButton, stopButton, clearButton] = ['#train', '#stop', '#clear'].map((id) =>
  document.querySelector(id),
);

let classifier;
let stop;

/** The whole of it: pictures and labels, a data set, a trained classifier. */
async function train() {
  stop = new AbortController();
  const { signal } = stop;
  const picture = { invert: 'yes' };
  const shape = { height: 28, width: 28 };
  const dataset = await datasetFromImages({ ...drawShapes(3000), shape, picture, signal });
  const fitted = await fit(dataset, {
    settings: { epochs: 8, hidden: [128, 64], batchSize: 32 },
    signal,
    onEpoch: ({ epoch, epochs, validationAccuracy }) =>
      say(`Epoch ${epoch} of ${epochs}: ${percent(validationAccuracy)} of the held-out shapes are right.`),
  });
  await classifier?.dispose();
  classifier = fitted.classifier;
  say(`Trained: ${percent(fitted.best.validationAccuracy)} right. Now draw.`);
}

/** What was drawn. */
async function predict() {
  if (classifier === undefined) return;
  const { label, index, probabilities } = await classifier.predict(paper);
  say(`A ${label} (${percent(probabilities[index])}).`);
}

trainButton.addEventListener('click', async () => {
  [trainButton.disabled, stopButton.disabled] = [true, false];
  say('Training …');
  try {
    await train();
  } catch (error) {
    // Errors of Couture have a kind, and often a hint that says what to do.
    say(error.kind === 'interrupted' ? 'Stopped.' : [error.message, error.hint].join(' '));
  }
  [trainButton.disabled, stopButton.disabled] = [false, true];
});
stopButton.addEventListener('click', () => stop?.abort());
clearButton.addEventListener('click', clear);

const context = paper.getContext('2d', { willReadFrequently: true });
paper.addEventListener('pointerdown', (event) => {
  paper.setPointerCapture(event.pointerId);
  context.beginPath();
  context.moveTo(event.offsetX, event.offsetY);
});
paper.addEventListener('pointermove', (event) => {
  if (event.buttons === 0) return;
  context.lineTo(event.offsetX, event.offsetY);
  context.stroke();
});
paper.addEventListener('pointerup', predict);

function clear() {
  context.fillStyle = 'white';
  context.fillRect(0, 0, paper.width, paper.height);
  context.lineWidth = 18;
  context.lineCap = 'round';
  context.lineJoin = 'round';
}

function say(text) {
  status.textContent = text;
}

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}

clear();
