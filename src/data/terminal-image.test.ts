import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imageGrid, imageLines } from './terminal-image.ts';

describe('imageLines', () => {
  const pixels = Uint8Array.of(0, 255, 0, 255, 255, 0);

  it('draws a ramp of plain characters', () => {
    assert.deepEqual(imageLines(pixels, 3, 2, 'ascii'), [' @', '+ ']);
  });

  it('draws half blocks, top in the foreground and bottom in the background', () => {
    const black = '0;0;0';
    const white = '255;255;255';
    assert.deepEqual(imageLines(pixels, 2, 2, 'truecolor'), [
      `\x1b[38;2;${black};48;2;${black}m▀\x1b[38;2;${white};48;2;${white}m▀\x1b[0m`,
    ]);
    assert.deepEqual(imageLines(pixels, 2, 2, '256'), [
      '\x1b[38;5;16;48;5;16m▀\x1b[38;5;231;48;5;231m▀\x1b[0m',
    ]);
  });

  it('says a color once per run', () => {
    assert.equal(imageLines(new Uint8Array(8), 2, 4, '256')[0], '\x1b[38;5;16;48;5;16m▀▀▀▀\x1b[0m');
  });
});

describe('imageGrid', () => {
  it('fits as many to a row as there are columns for, and cuts captions', () => {
    const image = (caption: string) => ({ pixels: new Uint8Array(8).fill(255), caption });
    const options = { height: 2, width: 4, colors: 'ascii', columns: 10 } as const;
    const lines = imageGrid([image('one'), image('Ankle boot'), image('c')], options);
    assert.deepEqual(lines, ['one   Ank…', '@@@@  @@@@', '', 'c', '@@@@']);
  });
});
