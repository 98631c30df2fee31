/** Recognizes a file of another program and reads its tensors. */

import { checkSchema } from '../../core/check-schema.ts';
import { CoutureError } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import { checkDatasetInfo } from '../../data/dataset-info.ts';
import { fileKind, SAFETENSORS } from '../../data/file-kinds.ts';
import { isZip } from '../../data/readers/zip.ts';
import { EXPORT_KEY, type ExportDescription, exportDescriptionSchema } from '../exports/export-model.ts';
import { MODEL_KEY } from '../model-file.ts';
import { decodeRawTensors, type Tensor } from '../safetensors.ts';
import { decodeSealed } from '../sealed.ts';
import { toFloat32 } from './floats.ts';
import { readTorchFile } from './torch-file.ts';
import { chooseSet, TOP } from './weight-sets.ts';

/** The tensors of a file, as float32. */
export interface ForeignTensors {
  /** By name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Where they lie in a checkpoint, such as `model_state_dict`; empty if they are the whole file. */
  readonly key: string;
  /** Whether their order is that of the network; a safetensors file sorts them. */
  readonly isOrdered: boolean;
  /** Of a file that Couture exported. */
  readonly description: ExportDescription | undefined;
}

/** First byte of a pickle of protocol 2 and later. */
const PICKLE = 0x80;

/**
 * Reads a safetensors file, or a file that `torch.save` wrote.
 * @param name name of the file in messages
 * @param wanted the key of the weights that are meant, if there are several
 * @throws CoutureError of kind `usage` for a model file of Couture, `data` for any other file and for a damaged one
 */
export async function readForeign(bytes: Uint8Array, name: string, wanted?: string): Promise<ForeignTensors> {
  const kind = fileKind(bytes);
  if (kind === SAFETENSORS) return await readSafetensors(bytes, name, wanted);
  if (isZip(bytes) || bytes[0] === PICKLE) {
    const { tensors, key, rest } = await readTorchFile(bytes, name, wanted);
    const chosen = chooseSet(withoutWrapper(tensors), rest, name);
    const path = [key, rest === TOP ? '' : (rest ?? '')].filter((part) => part !== '').join('.');
    return { tensors: withoutWrapper(chosen), key: path, isOrdered: true, description: undefined };
  }
  throw new CoutureError(
    'data',
    `${name} cannot be imported: it is ${kind ?? 'a file of an unknown kind'}.`,
    {
      hint: 'Give a safetensors file, or a .pt file that torch.save(model.state_dict(), FILE) wrote.',
    },
  );
}

async function readSafetensors(
  bytes: Uint8Array,
  name: string,
  wanted: string | undefined,
): Promise<ForeignTensors> {
  const { tensors: raw, metadata } = decodeRawTensors(bytes, name);
  if (metadata[MODEL_KEY] !== undefined)
    throw new CoutureError('usage', `${name} is already a model file of Couture.`, {
      hint: `Use it as it is: npx couture predict ${name} PICTURE`,
    });
  const tensors = new Map<string, Tensor>();
  for (const [tensor, { type, shape, bytes: own }] of raw) {
    if (tensor.endsWith('num_batches_tracked')) continue;
    tensors.set(tensor, { shape, data: toFloat32({ type, bytes: own }, { file: name, tensor }) });
  }
  const text = metadata[EXPORT_KEY];
  if (text === undefined) {
    const chosen = withoutWrapper(chooseSet(withoutWrapper(tensors), wanted, name));
    const key = wanted === undefined || wanted === TOP ? '' : wanted;
    return { tensors: chosen, key, isOrdered: false, description: undefined };
  }
  await decodeSealed(bytes, name);
  return { tensors, key: '', isOrdered: false, description: readDescription(text, name) };
}

/** Without the prefixes that `DataParallel` and `torch.compile` put in front of every name. */
function withoutWrapper(tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const wrapper = ['module.', '_orig_mod.'].find((prefix) =>
    [...tensors.keys()].every((name) => name.startsWith(prefix)),
  );
  if (wrapper === undefined || tensors.size === 0) return tensors;
  return withoutWrapper(new Map([...tensors].map(([name, tensor]) => [name.slice(wrapper.length), tensor])));
}

function readDescription(text: string, name: string): ExportDescription {
  const hint = 'The file is damaged; export it again.';
  const value = parseJson(text, `${name}: its description`, 'data', hint);
  const description = checkSchema(
    exportDescriptionSchema,
    value,
    ({ what }) => new CoutureError('data', `${name}: its description is invalid: ${what}.`, { hint }),
  );
  checkDatasetInfo(description.data, name);
  return description;
}
