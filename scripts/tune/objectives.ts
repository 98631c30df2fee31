/**
 * Functions with known minima, by which samplers are compared: Branin and Hartmann-6 from L. C. W. Dixon and G. P. Szegő,
 * "Towards global optimization 2" (1978), and H. H. Rosenbrock's valley (1960).
 */

import type { AnyValues, Space } from '../../src/search/space.ts';

export interface Objective {
  readonly name: string;
  readonly space: Space;
  /** The value of the global minimum. */
  readonly minimum: number;
  /** A point of the global minimum. */
  readonly at: AnyValues;
  readonly evaluate: (values: AnyValues) => number;
}

const axes = (count: number, low: number, high: number): Space =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i + 1}`, { type: 'float', low, high }]));

const numbers = (values: AnyValues): number[] => Object.values(values).map(Number);

function branin(values: AnyValues): number {
  const [x, y] = numbers(values);
  const curve = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return curve ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

const weights = [1, 1.2, 3, 3.2];
const curvatures = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const centers = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

function hartmann6(values: AnyValues): number {
  const point = numbers(values);
  return -weights.reduce((sum, weight, i) => {
    const distance = point.reduce((total, x, j) => total + curvatures[i][j] * (x - centers[i][j]) ** 2, 0);
    return sum + weight * Math.exp(-distance);
  }, 0);
}

function rosenbrock(values: AnyValues): number {
  const point = numbers(values);
  let sum = 0;
  for (let i = 0; i + 1 < point.length; i++)
    sum += 100 * (point[i + 1] - point[i] ** 2) ** 2 + (1 - point[i]) ** 2;
  return sum;
}

export const objectives: readonly Objective[] = [
  {
    name: 'Branin',
    space: { x1: { type: 'float', low: -5, high: 10 }, x2: { type: 'float', low: 0, high: 15 } },
    minimum: 0.39788735772973816,
    at: { x1: Math.PI, x2: 2.275 },
    evaluate: branin,
  },
  {
    name: 'Hartmann-6',
    space: axes(6, 0, 1),
    minimum: -3.32236801141551,
    at: { x1: 0.20168952, x2: 0.15001069, x3: 0.47687398, x4: 0.27533243, x5: 0.31165162, x6: 0.65730054 },
    evaluate: hartmann6,
  },
  {
    name: 'Rosenbrock, 4 dimensions',
    space: axes(4, -2, 2),
    minimum: 0,
    at: { x1: 1, x2: 1, x3: 1, x4: 1 },
    evaluate: rosenbrock,
  },
];
