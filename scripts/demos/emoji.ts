/**
 * Emoji by group as three vendors draw them, 64x64 and in color: the training images are those of two vendors, the test
 * images those of the third.
 *
 *     npm install --prefix /tmp/emoji emoji-datasource-twitter emoji-datasource-google emoji-datasource-apple     (180 MB)
 *     node scripts/demos/emoji.ts /tmp/emoji/node_modules OUT
 *     couture train OUT
 */

import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const [modules, out] = process.argv.slice(2);
if (out === undefined) throw new Error('Usage: node scripts/demos/emoji.ts NODE_MODULES OUT');

/** What is used of a vendor's list. */
interface Emoji {
  readonly category: string;
  readonly image: string;
}

let images = 0;
for (const vendor of ['twitter', 'google', 'apple']) {
  const root = join(modules, `emoji-datasource-${vendor}`);
  const list: readonly Emoji[] = JSON.parse(await readFile(join(root, 'emoji.json'), 'utf8'));
  const split = vendor === 'apple' ? 'test' : 'train';
  for (const { category, image } of list) {
    // Skin tones stand apart; they show no group.
    if (category === 'Component') continue;
    const from = join(root, 'img', vendor, '64', image);
    if ((await stat(from).catch(() => null)) === null) continue;
    const folder = join(out, split, category.replaceAll('&', 'and'));
    await mkdir(folder, { recursive: true });
    await cp(from, join(folder, `${vendor}-${image}`));
    images += 1;
  }
}
console.log(`${images} images in ${out}`);
