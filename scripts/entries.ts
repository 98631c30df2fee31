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
  /** It needs Node: a page that imports it is told so. */
  readonly node?: true;
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
  { subpath: './figures', source: 'figures/index.ts', packages: 'couture' },
  { subpath: './figures/node', source: 'platform/node/images/figures.ts', packages: 'couture', node: true },
  { subpath: './report', source: 'report/index.ts', packages: 'couture' },
  { subpath: './report/node', source: 'platform/node/reports.ts', packages: 'couture', node: true },
  { subpath: './runs', source: 'runs/index.ts', packages: 'couture' },
  { subpath: './runs/reports', source: 'runs/reports.ts', packages: 'couture' },
  { subpath: './runs/web', source: 'platform/web/runs/index.ts', packages: 'couture' },
  { subpath: './node', source: 'node.ts', packages: 'couture', node: true },
];

/** Where a page's import of an entry that needs Node leads, from dist/. */
export const NOT_IN_A_PAGE = 'not-in-a-page';

/** The `exports` of a package, as its package.json has them. */
export function exportsOf(name: 'core' | 'couture'): Record<string, unknown> {
  const own = entries.filter(({ packages }) => packages === 'both' || packages === name);
  const table = own.map(({ subpath, source, node }): [string, unknown] => {
    const built = `./dist/${source.replace(/\.ts$/, '')}`;
    const files = { types: `${built}.d.ts`, default: `${built}.js` };
    const inPage = `./dist/${NOT_IN_A_PAGE}/${subpath.slice(2).replaceAll('/', '-')}.js`;
    return [subpath, node ? { types: files.types, browser: inPage, default: files.default } : files];
  });
  const core: [string, unknown][] = [
    ['./page', { types: './dist/index.d.ts', default: './dist/page.js' }],
    ['./models/compact.safetensors', './models/compact.safetensors'],
    ['./internal/*.js', { types: './dist/*.d.ts', default: './dist/*.js' }],
  ];
  return Object.fromEntries([
    ...table,
    ...(name === 'core' ? core : []),
    ['./package.json', './package.json'],
  ]);
}
