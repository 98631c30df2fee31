/** The training data: circles, squares and triangles, each somewhere, of some size, in black on white. */

export const names = ['circle', 'square', 'triangle'];
const SIDE = 28;

/**
 * Draws some of each, the same ones every time.
 * @returns {{ images: ImageData[], labels: string[] }}
 */
export function drawShapes(count) {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const random = generator(1);
  const images = [];
  const labels = [];
  for (let i = 0; i < count; i++) {
    const name = names[i % names.length];
    context.fillStyle = 'white';
    context.fillRect(0, 0, SIDE, SIDE);
    context.lineWidth = 1.5 + random();
    const radius = 7 + 5 * random();
    const place = () => SIDE / 2 + 6 * (random() - 0.5);
    draw(context, name, place(), place(), radius, 0.6 * (random() - 0.5));
    images.push(context.getImageData(0, 0, SIDE, SIDE));
    labels.push(name);
  }
  return { images, labels };
}

/** One shape, turned by `turn` radians. */
export function draw(context, name, x, y, radius, turn = 0) {
  const corners = { square: 4, triangle: 3 }[name];
  context.beginPath();
  if (corners === undefined) context.arc(x, y, radius, 0, 2 * Math.PI);
  for (let i = 0; i < (corners ?? 0); i++) {
    const angle = turn + ((i + 0.5) * 2 * Math.PI) / corners;
    context.lineTo(x + radius * Math.sin(angle), y + radius * Math.cos(angle));
  }
  context.closePath();
  context.stroke();
}

/** Numbers from 0 to 1 that look random: a linear congruential generator. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
