/** Classifies the picture that a visitor chooses. The picture stays in the page. */

import { load } from '@couture/core';
import compact from '@couture/core/models/compact.safetensors?url';

const answer = document.querySelector('#answer');
const model = load(compact);

document.querySelector('#file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (file === undefined) return;
  try {
    const { label, index, probabilities } = await (await model).predict(file);
    answer.textContent = `${label} (${(100 * probabilities[index]).toFixed(1)}%)`;
  } catch (error) {
    // Errors of Couture have a message and often a hint that says what to do.
    answer.textContent = [error.message, error.hint].join(' ');
  }
});
