/** Models as formats of `couture export` get them, of fresh networks. */

import type { DatasetInfo } from '../src/data/dataset-info.ts';
import { createBackend } from '../src/engine/create.ts';
import type { Network } from '../src/model/network.ts';
import type { ExportModel } from '../src/ship/exports/export-model.ts';
import { Ensemble } from '../src/use/ensemble.ts';
import { plainView } from '../src/use/views.ts';
import { makeInfo } from './model-fixture.ts';

/** A model of these networks; its data set takes shape and scaling of the first. */
export function makeExport(members: readonly Network[], changes: Partial<ExportModel> = {}): ExportModel {
  const { shape, pixels } = members[0].input;
  const info = makeInfo(shape, ['hat', 'a "shoe"', '</script>']);
  const data: DatasetInfo = { ...info, preprocessing: { ...info.preprocessing, pixels } };
  const facts = {
    name: 'made',
    title: 'Made <!-- here',
    weightsSha256: ['ab'.repeat(32)],
    test: null,
    card: null,
  };
  return { ...facts, data, members, views: plainView, temperature: 1, ...changes };
}

/** The same model as Couture runs it. */
export async function ensembleOf({ members, data, views, temperature }: ExportModel): Promise<Ensemble> {
  const backend = await createBackend();
  return new Ensemble({ members, classNames: data.classNames, views, temperature, backend });
}
