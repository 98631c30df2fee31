/** PyTorch: the weights as safetensors with the names of a state_dict, and a module that has these names. */

import { encodeSealed } from '../sealed.ts';
import { describeExport, EXPORT_KEY, type ExportModel, exportTensors } from './export-model.ts';
import type { Exported } from './format.ts';
import { pytorchModule } from './pytorch-module.ts';

/** Name of the file of weights, which model.py expects beside it. */
export const WEIGHTS_FILE = 'model.safetensors';
export const MODULE_FILE = 'model.py';

/** Sealed float32 weights with the description of the model in the metadata. Same model, same bytes. */
export async function exportedWeights(model: ExportModel): Promise<Uint8Array> {
  // PyTorch's tools expect `format: pt`.
  const metadata = { format: 'pt', [EXPORT_KEY]: JSON.stringify(describeExport(model)) };
  return await encodeSealed(exportTensors(model), metadata);
}

/** Writes the two files. */
export async function exportPytorch(model: ExportModel): Promise<Exported> {
  return {
    files: [
      { path: WEIGHTS_FILE, content: await exportedWeights(model) },
      { path: MODULE_FILE, content: pytorchModule(model) },
    ],
    notes: ['In Python: from model import load; model = load()'],
  };
}
