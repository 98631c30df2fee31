/** Where the points of a map are on the screen, and which one is meant. */

/** Pixels around the outermost points. */
const MARGIN = 14;
/** Pixels around a point in which it is pointed at. */
const REACH = 14;

/** Pixels [points, 2], as large as they fit, with the same scale along both axes. */
export function layOut(points: Float32Array, width: number, height: number): Float32Array {
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const most = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  points.forEach((value, i) => {
    least[i % 2] = Math.min(least[i % 2], value);
    most[i % 2] = Math.max(most[i % 2], value);
  });
  const room = [width - 2 * MARGIN, height - 2 * MARGIN];
  const scales = [0, 1].map((axis) => room[axis] / Math.max(1e-9, most[axis] - least[axis]));
  // Most of the place is used: up to half as much again along one axis does not mislead.
  const smaller = Math.min(...scales);
  const scale = scales.map((own) => Math.min(own, smaller * 1.5));
  return points.map((value, i) => {
    const axis = i % 2;
    const middle = (least[axis] + most[axis]) / 2;
    const offset = (value - middle) * scale[axis];
    return axis === 0 ? width / 2 + offset : height / 2 - offset;
  });
}

/** The point nearest to a place, within reach of it. */
export function nearestPoint(
  positions: Float32Array,
  x: number,
  y: number,
  isShown: (point: number) => boolean,
  reach = REACH,
): number | undefined {
  let nearest: number | undefined;
  let least = reach * reach;
  for (let i = 0; 2 * i < positions.length; i++) {
    const square = (positions[2 * i] - x) ** 2 + (positions[2 * i + 1] - y) ** 2;
    if (square >= least || !isShown(i)) continue;
    [nearest, least] = [i, square];
  }
  return nearest;
}

/** The nearest point in a direction; the same one where there is none. */
export function nextPoint(
  positions: Float32Array,
  from: number,
  [right, down]: readonly [number, number],
  isShown: (point: number) => boolean,
): number {
  let next = from;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; 2 * i < positions.length; i++) {
    const [x, y] = [positions[2 * i] - positions[2 * from], positions[2 * i + 1] - positions[2 * from + 1]];
    const along = x * right + y * down;
    // Within 45 degrees of the direction, and not on the same place.
    const across = Math.abs(x * down - y * right);
    if (along <= 0 || across > along || !isShown(i)) continue;
    const distance = x * x + y * y;
    if (distance >= least) continue;
    [next, least] = [i, distance];
  }
  return next;
}
