/**
 * Classifies an image of the page. Beside this file are page.js and compact.safetensors, both from the package `couture`,
 * and a picture.
 */

import { load } from './page.js';

const model = await load('./compact.safetensors');
const picture = document.querySelector('#picture');
await picture.decode();
const { label, index, probabilities } = await model.predict(picture);
document.querySelector('#answer').textContent = `${label} (${(100 * probabilities[index]).toFixed(1)}%)`;
await model.dispose();
