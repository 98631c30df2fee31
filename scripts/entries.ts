/**
 * The ways into the packages: one table. The `exports` of both package.json files, the build, the tests of documentation
 * and the test that everything exported has a comment are made of it.
 */

/** A subpath of a package. */
export interface Entry {
  /** As behind the package's name: `./audit`; `.` is the package itself. */
  readonly subpath: string;
  /** Its source, from src/. */
  readonly source: string;
  /** `both` packages, or only the larger one. */
  readonly packages: 'both' | 'couture';
  /** For one that needs Node: what a page does instead. A page that imports it gets an error with this sentence. */
  readonly inPage?: string;
}

export const entries: readonly Entry[] = [
  { subpath: '.', source: 'index.ts', packages: 'both' },
  { subpath: './data', source: 'data/index.ts', packages: 'both' },
  { subpath: './model', source: 'model/index.ts', packages: 'both' },
  { subpath: './engine', source: 'engine/index.ts', packages: 'both' },
  { subpath: './train', source: 'train/index.ts', packages: 'both' },
  { subpath: './use', source: 'use/index.ts', packages: 'both' },
  { subpath: './inspect', source: 'inspect/index.ts', packages: 'both' },
  { subpath: './audit', source: 'audit/index.ts', packages: 'both' },
  { subpath: './ship', source: 'ship/index.ts', packages: 'both' },
  { subpath: './random', source: 'core/random.ts', packages: 'both' },
  { subpath: './search', source: 'search/index.ts', packages: 'couture' },
  { subpath: './study', source: 'study/index.ts', packages: 'couture' },
  { subpath: './figures', source: 'figures/index.ts', packages: 'couture' },
  {
    subpath: './figures/node',
    source: 'platform/node/images/figures.ts',
    packages: 'couture',
    inPage: "In a page, pass the page's document to the functions of couture/figures.",
  },
  { subpath: './report', source: 'report/index.ts', packages: 'couture' },
  {
    subpath: './report/node',
    source: 'platform/node/reports.ts',
    packages: 'couture',
    inPage: 'In a page, use writeReport from couture/report, or reportRuns from couture/runs/reports.',
  },
  { subpath: './runs', source: 'runs/index.ts', packages: 'couture' },
  { subpath: './runs/reports', source: 'runs/reports.ts', packages: 'couture' },
  { subpath: './runs/web', source: 'platform/web/runs/index.ts', packages: 'couture' },
  {
    subpath: './node',
    source: 'node.ts',
    packages: 'couture',
    inPage:
      'In a page, import fit, load and the data sets from @couture/core, and runs from couture/runs and couture/runs/web.',
  },
];

/** Every name by which a package's entry is imported, such as `@couture/core/data` and `couture/data`, with its source. */
export const importNames: readonly (readonly [name: string, source: string])[] = entries.flatMap(
  ({ subpath, source, packages }) =>
    (packages === 'both' ? ['@couture/core', 'couture'] : ['couture']).map(
      (name) => [name + subpath.slice(1), source] as const,
    ),
);

/** Where a page's import of an entry that needs Node leads, from dist/. */
export function stubOf(subpath: string): string {
  return `not-in-a-page/${subpath.slice(2).replaceAll('/', '-')}.js`;
}

/** The `exports` of a package, as its package.json has them. */
export function exportsOf(name: 'core' | 'couture'): Record<string, unknown> {
  const own = entries.filter(({ packages }) => packages === 'both' || packages === name);
  const table = own.map(({ subpath, source, inPage }): [string, unknown] => {
    const built = `./dist/${source.replace(/\.ts$/, '')}`;
    const files = { types: `${built}.d.ts`, default: `${built}.js` };
    const browser = `./dist/${stubOf(subpath)}`;
    return [subpath, inPage ? { types: files.types, browser, default: files.default } : files];
  });
  const more: Readonly<Record<typeof name, [string, unknown][]>> = {
    core: [['./internal/*.js', { types: './dist/*.d.ts', default: './dist/*.js' }]],
    // All of the smaller package in one file, for a page without a bundler.
    couture: [['./page', { types: './dist/index.d.ts', default: './dist/page.js' }]],
  };
  return Object.fromEntries([
    ...table,
    ...more[name],
    ['./models/*.safetensors', './models/*.safetensors'],
    ['./package.json', './package.json'],
  ]);
}
