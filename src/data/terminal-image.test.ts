import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gray } from '../../test/dataset-fixture.ts';
import type { ImageShape } from './image-shape.ts';
import { imageGrid, imageLines } from './terminal-image.ts';

describe('imageLines', () => {
  const pixels = Uint8Array.of(0, 255, 0, 255, 255, 0);

  it('draws a ramp of plain characters', () => {
    assert.deepEqual(imageLines(pixels, gray(3, 2), 'ascii'), [' @', '+ ']);
  });

  it('draws half blocks, top in the foreground and bottom in the background', () => {
    const black = '0;0;0';
    const white = '255;255;255';
    assert.deepEqual(imageLines(pixels, gray(2, 2), 'truecolor'), [
      `\x1b[38;2;${black};48;2;${black}m▀\x1b[38;2;${white};48;2;${white}m▀\x1b[0m`,
    ]);
    assert.deepEqual(imageLines(pixels, gray(2, 2), '256'), [
      '\x1b[38;5;16;48;5;16m▀\x1b[38;5;231;48;5;231m▀\x1b[0m',
    ]);
  });

  it('says a color once per run', () => {
    assert.equal(imageLines(new Uint8Array(8), gray(2, 4), '256')[0], '\x1b[38;5;16;48;5;16m▀▀▀▀\x1b[0m');
  });

  it('draws colors as they are, as the nearest of 256, and by their brightness', () => {
    const shape: ImageShape = { height: 2, width: 1, channels: 3 };
    const orange = Uint8Array.of(250, 130, 20, 128, 128, 128);
    assert.deepEqual(imageLines(orange, shape, 'truecolor'), [
      '\x1b[38;2;250;130;20;48;2;128;128;128m▀\x1b[0m',
    ]);
    // The cube's 255, 135 and 0: 16 + 36 * 5 + 6 * 2; the gray of 128 is the twelfth after 8.
    assert.deepEqual(imageLines(orange, shape, '256'), ['\x1b[38;5;208;48;5;244m▀\x1b[0m']);
    assert.deepEqual(imageLines(Uint8Array.of(0, 255, 0, 0, 255, 0), shape, 'ascii'), ['+']);
  });
});

describe('imageGrid', () => {
  const image = (caption: string, size = 8) => ({ pixels: new Uint8Array(size).fill(255), caption });

  it('fits as many to a row as there are columns for', () => {
    const options = { shape: gray(2, 4), colors: 'ascii', columns: 10 } as const;
    assert.deepEqual(imageGrid([image('one'), image('two'), image('c')], options), [
      ...['one   two', '@@@@  @@@@', '', 'c', '@@@@'],
    ]);
  });

  it('gives a small image room for its caption, and cuts what is longer', () => {
    const options = { shape: gray(2, 4), colors: 'ascii', columns: 40 } as const;
    assert.deepEqual(imageGrid([image('Ankle boot'), image('b')], options), [
      ...['Ankle boot  b', '@@@@        @@@@'],
    ]);
    const [caption] = imageGrid([image('A caption of many words')], { ...options, shape: gray(1, 8) });
    assert.equal(caption, 'A caption of ma…');
  });

  it('makes an image smaller that is wider than the terminal', () => {
    const shape: ImageShape = { height: 40, width: 100, channels: 3 };
    const lines = imageGrid([image('one', 12_000), image('two', 12_000)], {
      shape,
      colors: 'ascii',
      columns: 60,
    });
    assert.equal(lines.length, 2 * 11 + 1);
    assert.deepEqual([lines[0], lines[1]], ['one', '@'.repeat(50)]);
  });
});
