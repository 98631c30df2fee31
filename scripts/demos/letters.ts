/**
 * Letters A to J as fonts draw them, 28x28 and gray, in the spirit of notMNIST: a folder for each letter, in train and in
 * test. Whole families are in one or the other, with those of the same first name (fira-code, fira-mono, fira-sans): so the
 * test asks about fonts that no training image shows.
 *
 *     npm install --prefix /tmp/letters fontkit @fontsource/roboto @fontsource/lora …      (all families: see below)
 *     node scripts/demos/letters.ts /tmp/letters/node_modules OUT
 *     couture train OUT
 *
 * `node scripts/demos/letters.ts --packages` prints the families that the figures in the documentation are from.
 */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Resvg } from '@resvg/resvg-js';

const families = (
  'roboto inter open-sans ibm-plex-mono poppins ibm-plex-sans montserrat lato jetbrains-mono roboto-mono dm-sans fira-code ' +
  'fira-mono noto-sans public-sans playfair-display space-grotesk manrope nunito outfit barlow figtree source-code-pro ' +
  'merriweather mulish space-mono raleway lora dm-mono oswald rubik roboto-condensed cormorant-garamond work-sans ' +
  'libre-baskerville kanit ubuntu comfortaa inconsolata roboto-slab fira-sans bebas-neue noto-serif eb-garamond quicksand ' +
  'dm-serif-display carlito bodoni-moda titillium-web pt-sans pacifico lobster caveat dancing-script permanent-marker ' +
  'press-start-2p righteous abril-fatface crimson-text bitter'
).split(' ');

/** One name in so many is in the test split. */
const TEST_EVERY = 6;
const SIDE = 28;
/** Pixels around a letter. */
const MARGIN = 2;

/** What is used of fontkit. */
interface Fontkit {
  create(bytes: Buffer): {
    layout(text: string): {
      readonly glyphs: readonly {
        readonly path: {
          readonly bbox: { minX: number; minY: number; maxX: number; maxY: number };
          toSVG(): string;
        };
      }[];
    };
  };
}

if (process.argv[2] === '--packages') {
  console.log(['fontkit', ...families.map((family) => `@fontsource/${family}`)].join(' '));
  process.exit(0);
}
const [modules, out] = process.argv.slice(2);
if (out === undefined) throw new Error('Usage: node scripts/demos/letters.ts NODE_MODULES OUT');
const fontkit: Fontkit = createRequire(join(resolve(modules), 'x.js'))('fontkit');

/** A letter in the middle of a black square, filled in white; undefined where the font has none. */
function draw(font: ReturnType<Fontkit['create']>, letter: string): Uint8Array | undefined {
  const [glyph] = font.layout(letter).glyphs;
  const { minX, minY, maxX, maxY } = glyph.path.bbox;
  const size = Math.max(maxX - minX, maxY - minY);
  if (!(size > 0 && Number.isFinite(size))) return undefined;
  const scale = (SIDE - 2 * MARGIN) / size;
  const x = SIDE / 2 - (scale * (minX + maxX)) / 2;
  // Fonts count upwards, SVG downwards.
  const y = SIDE / 2 + (scale * (minY + maxY)) / 2;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">
    <rect width="${SIDE}" height="${SIDE}"/>
    <path fill="#fff" transform="translate(${x} ${y}) scale(${scale} ${-scale})" d="${glyph.path.toSVG()}"/></svg>`;
  return new Resvg(svg).render().asPng();
}

/** Open Sans and Noto Sans have most letters in common. */
const nameOf = (family: string) => (family === 'open-sans' ? 'noto' : family.split('-')[0]);
const installed = families.filter((family) => existsIn(family));
const names = [...new Set(installed.map(nameOf))];
let images = 0;
for (const family of installed) {
  const i = names.indexOf(nameOf(family));
  const folder = join(modules, '@fontsource', family, 'files');
  const files = (await readdir(folder)).filter((file) => /-latin-\d+-(normal|italic)\.woff$/.test(file));
  const split = i % TEST_EVERY === TEST_EVERY - 1 ? 'test' : 'train';
  for (const file of files) {
    const font = fontkit.create(await readFile(join(folder, file)));
    for (const letter of 'ABCDEFGHIJ') {
      const png = draw(font, letter);
      if (png === undefined) continue;
      await mkdir(join(out, split, letter), { recursive: true });
      await writeFile(join(out, split, letter, file.replace('.woff', '.png')), png);
      images += 1;
    }
  }
}
console.log(`${images} images of ${installed.length} families in ${out}`);

function existsIn(family: string): boolean {
  try {
    createRequire(join(resolve(modules), 'x.js')).resolve(`@fontsource/${family}/package.json`);
    return true;
  } catch {
    return false;
  }
}
