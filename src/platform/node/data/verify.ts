/** Verifies that bytes, packed or not, are the expected file. All input passes through here. */

import { hash } from 'node:crypto';
import { CoutureError } from '../../../core/errors.ts';
import { fileKind } from '../../../data/file-kinds.ts';
import { gunzip, isGzip } from '../../../data/gunzip.ts';
import { parseIdx } from '../../../data/idx.ts';
import { type DatasetEntry, dimsOf, type Role, roles } from '../../../data/registry.ts';
import { sha256 } from './cache.ts';
import type { SetFile } from './set-file.ts';

/** Options of verification. */
export interface VerifyOptions {
  /** What errors call the file: a path or an address. */
  readonly place: string;
  /** Whether a .gz must be the publisher's own where its sum is all that is known: true for downloads. */
  readonly strict: boolean;
  /** The sets that the file must not belong to. */
  readonly registry: readonly DatasetEntry[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks a file if need be and checks it: its length, its SHA-256 where one is known, else the publisher's MD5 of
 * the .gz, header and labels; and that it is not another set's file.
 * @returns the file, not kept yet
 * @throws CoutureError of kind `data` naming the place and what is wrong
 */
export async function verifyFile(
  entry: DatasetEntry,
  role: Role,
  raw: Uint8Array<ArrayBuffer>,
  options: VerifyOptions,
): Promise<SetFile> {
  const { place, strict, registry, signal } = options;
  const file = entry.files[role];
  const packed = isGzip(raw);
  if (!packed) refuseKind(raw, place);
  const md5 = packed || (file.sha256 === null && file.gzipMd5 !== null) ? hash('md5', raw, 'hex') : null;
  const isPublishers = packed && md5 !== null && md5 === file.gzipMd5;
  if (file.sha256 === null && !isPublishers) {
    refuseOther(entry, role, place, registry, (other) => md5 !== null && other.gzipMd5 === md5);
    if (strict && file.gzipMd5 !== null) {
      refuse(`${place}: the MD5 of the file is ${md5}, but the publisher gives ${file.gzipMd5}.`);
    }
  }
  const bytes = packed ? await gunzip(raw, { name: place, limit: file.bytes, signal }) : raw;
  const sum = sha256(bytes);
  const found = { role, content: bytes, sha256: sum, source: place, path: null };
  if (sum === file.sha256) return { ...found, proof: 'sha256' };
  refuseOther(
    entry,
    role,
    place,
    registry,
    (other) => other.sha256 === sum || (md5 !== null && other.gzipMd5 === md5),
  );
  if (bytes.length !== file.bytes) {
    refuse(
      `${place}: ${bytes.length} bytes unpacked, but ${file.bytes} were expected for the ${role} of ${entry.name}.`,
    );
  }
  if (file.sha256 !== null) {
    refuse(
      `${place}: the SHA-256 of the unpacked bytes is ${sum}, but ${file.sha256} was expected for the ${role} of ${entry.name}.`,
    );
  }
  checkShape(entry, role, bytes, place);
  return { ...found, proof: isPublishers ? 'gzip-md5' : 'shape' };
}

/**
 * Refuses a file that is neither packed nor IDX, and names its kind: often it is a web page of the server.
 */
function refuseKind(raw: Uint8Array, place: string): void {
  const kind = fileKind(raw);
  if (kind !== undefined && kind !== 'an IDX file')
    refuse(`${place} is ${kind}, not an IDX file or a gzip file of one.`);
}

function refuse(
  message: string,
  hint = 'The file is damaged or is the wrong file; get it again from its source.',
): never {
  throw new CoutureError('data', message, { hint });
}

/** Refuses a file that is known to be another one: digits instead of fashion, or swapped files. */
function refuseOther(
  entry: DatasetEntry,
  role: Role,
  place: string,
  registry: readonly DatasetEntry[],
  matches: (file: DatasetEntry['files'][Role]) => boolean,
): void {
  for (const other of registry) {
    for (const otherRole of roles) {
      if (other.name === entry.name && otherRole === role) continue;
      if (matches(other.files[otherRole])) {
        refuse(
          `${place}: this is the ${otherRole} file of ${other.name}, but the ${role} of ${entry.name} was expected.`,
          'Check which files are in that folder; related data sets use the same file names.',
        );
      }
    }
  }
}

function checkShape(entry: DatasetEntry, role: Role, bytes: Uint8Array, place: string): void {
  const expected = dimsOf(entry, role);
  const { dims, data } = parseIdx(bytes, { name: place, ndims: expected.length });
  if (dims.some((dim, i) => dim !== expected[i])) {
    refuse(
      `${place}: the header says ${dims.join(' x ')}, but ${expected.join(' x ')} was expected for ${entry.name}.`,
    );
  }
  if (role.endsWith('images')) return;
  const { labelOffset, classNames } = entry;
  const wrong = data.findIndex((label) => label < labelOffset || label >= labelOffset + classNames.length);
  if (wrong >= 0) {
    refuse(
      `${place}: label ${data[wrong]} of image ${wrong} is outside ${labelOffset} to ${labelOffset + classNames.length - 1}.`,
    );
  }
}
