/** Colors that can be read: contrast as WCAG 2.2 measures it, steps that look equal. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CLASS_COLORS,
  classColor,
  colors,
  diverging,
  inDark,
  meanings,
  onSequential,
  runColor,
  STEPS,
  sequential,
  seriesColor,
} from './theme.ts';

function channels(hex: string): number[] {
  assert.match(hex, /^#[0-9a-f]{6}$/);
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

function luminance(hex: string): number {
  const [red, green, blue] = channels(hex);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** CIELAB lightness. */
function lightness(hex: string): number {
  const y = luminance(hex);
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

const steps = Array.from({ length: STEPS }, (_, i) => i / (STEPS - 1));
const papers = [
  { paper: 'light', shown: (hex: string) => hex },
  { paper: 'dark', shown: inDark },
];

for (const { paper, shown } of papers) {
  describe(`on ${paper} paper`, () => {
    const ground = shown(colors.paper);

    test('text stands out by 4.5 to 1, lines and bars by 3 to 1', () => {
      for (const text of [colors.ink, colors.muted])
        assert.ok(contrast(shown(text), ground) >= 4.5, `${text} ${contrast(shown(text), ground)}`);
      // The gap is an area with an outline of its own.
      const { gap: _, ...lines } = meanings;
      const runs = [0, 1, 2, 3].map(runColor);
      for (const color of [...runs, ...[0, 1, 2].map(seriesColor), ...Object.values(lines)]) {
        const line = shown(color);
        assert.ok(contrast(line, ground) >= 3, `${line} ${contrast(line, ground)}`);
      }
    });

    for (const run of [0, 1, 2]) {
      test(`numbers on the sequential scale of run ${run} stand out by 4.5 to 1`, () => {
        for (const share of steps) {
          const [cell, text] = [shown(sequential(share, run)), shown(onSequential(share))];
          assert.ok(contrast(cell, text) >= 4.5, `${share}: ${text} on ${cell} is ${contrast(cell, text)}`);
        }
      });

      test(`the steps of the sequential scale of run ${run} are alike`, () => {
        const sizes = steps.slice(1).map((share, i) => {
          return lightness(shown(sequential(share, run))) - lightness(shown(sequential(steps[i], run)));
        });
        const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
        for (const size of sizes)
          assert.ok(Math.abs(size / mean - 1) < 0.15, `${size} beside a mean of ${mean}`);
      });
    }
  });
}

// Machado, Oliveira & Fernandes 2009, severity 1: protanopia and deuteranopia, on linear RGB.
const simulations = [
  [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
];

/** CIELAB of linear RGB. */
function lab(rgb: readonly number[]): number[] {
  const [r, g, b] = rgb.map((value) => Math.max(0, Math.min(1, value)));
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** Fails where two colors are near each other for a dichromat, on either paper. */
function checkApart(colorsOf: Readonly<Record<string, string>>, least: number): void {
  const names = Object.keys(colorsOf);
  for (const { shown, paper } of papers) {
    for (const matrix of simulations) {
      const seen = names.map((name) => {
        const rgb = channels(shown(colorsOf[name]));
        return lab(matrix.map((row) => row.reduce((sum, weight, k) => sum + weight * rgb[k], 0)));
      });
      seen.forEach((one, i) => {
        seen.slice(i + 1).forEach((other, k) => {
          const apart = Math.hypot(...one.map((value, c) => value - other[c]));
          const pair = `${names[i]} and ${names[i + 1 + k]}`;
          assert.ok(apart > least, `${pair} are ${apart.toFixed(1)} apart on ${paper} paper`);
        });
      });
    }
  }
}

test('ten classes have ten colors, no two of which a dichromat takes for one', () => {
  checkApart(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`class ${i}`, classColor(i)])), 12);
});

test('no class looks like the first or the second run', () => {
  const seen = (hex: string): number[] => lab(channels(hex));
  for (const { shown, paper } of papers)
    for (const run of [0, 1])
      for (let label = 0; label < CLASS_COLORS; label++) {
        const [a, b] = [seen(shown(classColor(label))), seen(shown(runColor(run)))];
        const apart = Math.hypot(...a.map((value, i) => value - b[i]));
        assert.ok(
          apart > 20,
          `class ${label} and run ${run} are ${apart.toFixed(1)} apart on ${paper} paper`,
        );
      }
});

test('colors that stand in one figure are apart for a dichromat', () => {
  const { right, wrong, precision, recall, training, published, dead, gap } = meanings;
  const runs = { 'run 1': runColor(0), 'run 2': runColor(1) };
  checkApart({ ...runs, published }, 20);
  checkApart({ right, wrong }, 20);
  checkApart({ right, wrong, quiet: colors.quiet }, 15);
  for (const run of Object.values(runs)) {
    checkApart({ run, precision, recall }, 12);
    checkApart({ run, training }, 12);
    checkApart({ run, gap }, 12);
    checkApart({ run, dead }, 12);
  }
});

test('a color has one meaning, and one color on dark paper', () => {
  const runs = [0, 1, 2, 3].map(runColor);
  const { right, wrong, precision, recall, images } = meanings;
  const own = [...runs, right, wrong, precision, recall, images];
  assert.deepEqual([...new Set(own)], own);
  for (const ramp of [0, 1, 2])
    for (const share of steps)
      assert.ok(!own.includes(sequential(share, ramp)), `${sequential(share, ramp)} is a step as well`);
});

test('signed values are as deep on either side', () => {
  assert.equal(diverging.length, 65);
  for (let i = 0; i < 32; i++)
    assert.ok(Math.abs(lightness(diverging[i]) - lightness(diverging[64 - i])) < 3, `step ${i}`);
});
