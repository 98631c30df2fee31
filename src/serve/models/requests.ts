/** The models that `couture serve` is asked for: `compact`, `clothes=runs/train/best`, `clothes@2=v2.safetensors`. */

import { basename } from 'node:path';
import { CoutureError } from '../../core/errors.ts';
import { inQuotes } from '../../core/printable.ts';
import { MODEL_ENDING } from '../../runs/shipped.ts';

/** A model to serve. */
export interface ModelRequest {
  readonly name: string;
  /** Distinguishes models of the same name. */
  readonly version: string | undefined;
  /** A run, a model file, or a shipped model. */
  readonly source: string;
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;
/** `NAME=SOURCE` or `NAME@VERSION=SOURCE`; an equals sign after a slash belongs to a path. */
const NAMED = /^([^=/\\]*)=(.+)$/s;

/**
 * Reads the arguments of the command.
 * @throws CoutureError of kind `usage` when a name is not allowed, or two models have the same name and version
 */
export function readModelRequests(args: readonly string[]): ModelRequest[] {
  const requests = args.map(readModelRequest);
  for (const [i, request] of requests.entries()) {
    const twin = requests.find((other, k) => k < i && addressOf(other) === addressOf(request));
    if (twin !== undefined)
      throw new CoutureError(
        'usage',
        `Two models have the name ${addressOf(request)}: ${inQuotes(twin.source)} and ${inQuotes(request.source)}.`,
        { hint: 'Give one of them another name or a version: NAME=MODEL or NAME@VERSION=MODEL.' },
      );
  }
  return requests;
}

function readModelRequest(argument: string): ModelRequest {
  const named = NAMED.exec(argument);
  if (named === null) return { name: nameOf(argument), version: undefined, source: argument };
  const [, address, source] = named;
  const at = address.indexOf('@');
  const name = at < 0 ? address : address.slice(0, at);
  const version = at < 0 ? undefined : address.slice(at + 1);
  for (const word of version === undefined ? [name] : [name, version])
    if (!NAME.test(word)) throw badName(word, argument);
  return { name, version, source };
}

/** The name of a model whose argument gives none: that of its file or folder. */
function nameOf(source: string): string {
  const name = basename(source, MODEL_ENDING);
  if (NAME.test(name)) return name;
  throw badName(name, source);
}

function badName(word: string, argument: string): CoutureError {
  return new CoutureError(
    'usage',
    `${inQuotes(argument)} gives the name ${inQuotes(word)}. A name has 1 to 64 letters, digits, dots, hyphens and underscores, and begins and ends with a letter or a digit.`,
    { hint: 'Name the model: NAME=MODEL, for example clothes=runs/train/baseline-seed1.' },
  );
}

/** The name by which a client asks for a model: `clothes` or `clothes@2`. */
export function addressOf({ name, version }: Pick<ModelRequest, 'name' | 'version'>): string {
  return version === undefined ? name : `${name}@${version}`;
}
