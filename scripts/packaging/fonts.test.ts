/** The font of the package draws what the whole font draws. */

import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { fontSources } from '../../src/platform/node/images/fonts.ts';
import { fontOf, keepsCharacter } from './fonts.ts';
import { root } from './packages.ts';

const folder = mkdtempSync(join(tmpdir(), 'couture-fonts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Texts with kerning, accents, other alphabets, signs and both weights. */
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="420" height="130" font-family="Inter" font-size="20">
  <text x="5" y="25">AVATAR To Ty 0123456789.5% fi − × → ± ≤</text>
  <text x="5" y="55" font-weight="600">T-shirt/top · Größe · Ačkoliv · đến</text>
  <text x="5" y="85">αβγ ΔΣ λ μ σ · Ботинок · čšž · Ł ø å</text>
  <text x="5" y="115" font-weight="600">“quoted” … ‘it’s’ – — • ▲ ■ €</text>
</svg>`;

function render(fontFiles: string[]): Uint8Array {
  return new Resvg(svg, { font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'Inter' } })
    .render()
    .asPng();
}

test('a picture of text is the same with the font of the package, which is smaller', async () => {
  const whole = Object.values(fontSources).map((source) => fileURLToPath(import.meta.resolve(source)));
  const kept: string[] = [];
  for (const [name, source] of Object.entries(fontSources)) {
    const path = join(folder, name);
    writeFileSync(path, await fontOf(source));
    kept.push(path);
  }
  assert.deepEqual(render(kept), render(whole));
  assert.notDeepEqual(render(kept), render([]));
  const size = (paths: readonly string[]) => paths.reduce((sum, path) => sum + statSync(path).size, 0);
  assert.ok(size(kept) < 0.75 * size(whole), `${size(kept)} of ${size(whole)} bytes`);
});

test('every sign in the source of the figures is kept', () => {
  for (const file of globSync('src/{figures,report,inspect}/**/*.ts', { cwd: root })) {
    if (file.endsWith('.test.ts')) continue;
    const code = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const lost = [...code].filter((sign) => sign > '~' && !keepsCharacter(sign.codePointAt(0) ?? 0));
    assert.deepEqual(lost, [], file);
  }
});
