/** A module: one file of JavaScript without dependencies, its types, and a package.json that names both. */

import { printable } from '../../core/printable.ts';
import { COUTURE_VERSION } from '../../core/version.ts';
import type { ExportModel } from './export-model.ts';
import type { Exported } from './format.ts';
import { moduleParts } from './module-parts.ts';
import { moduleTypes } from './module-types.ts';
import { moduleRuntime } from './runtime.generated.ts';

/** Writes the module. Its weights are exact. */
export async function exportModule(model: ExportModel): Promise<Exported> {
  const { config, weights } = moduleParts(model, false);
  const code = `// ${printable(model.title)}. Written by Couture ${COUTURE_VERSION} (MIT license).
${moduleRuntime}
const model = couture.openModule(
${JSON.stringify(config)},
"${weights}");
export const classNames = ${JSON.stringify(config.classNames)};
export const shape = ${JSON.stringify(config.shape)};
export const classify = (image, options) => model.classify(image, options);
export const prepare = (picture, options) => model.prepare(picture, options);
export default classify;
`;
  const manifest = {
    ...{ name: packageName(model.name), version: '1.0.0', private: true, type: 'module' },
    exports: { types: './model.d.ts', default: './model.js' },
  };
  return {
    files: [
      { path: 'model.js', content: code },
      { path: 'model.d.ts', content: moduleTypes(model) },
      { path: 'package.json', content: `${JSON.stringify(manifest, null, 2)}\n` },
    ],
    notes: ["In JavaScript: import { classify } from './model.js'; const { label } = await classify(image);"],
  };
}

/** A name that npm accepts. */
function packageName(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 100) || 'model'
  );
}
