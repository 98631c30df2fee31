/** The pages of the documentation. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseMarkdown } from './markdown.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Pages whose code is run, in this order; of the others only the links are checked. */
export const guides = ['README.md', ...globSync('docs/**/*.md', { cwd: root }).sort()].filter((page) =>
  existsSync(join(root, page)),
);
const others = [
  ...['CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'examples/README.md', 'notebooks/fashion-mnist.md'],
  ...globSync('models/*.md', { cwd: root }),
];

/** Every page by its path. */
export const pages = new Map(
  [...guides, ...others].map((page) => [page, parseMarkdown(readFileSync(join(root, page), 'utf8'))]),
);
