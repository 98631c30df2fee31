/**
 * Turns failed system calls into expected failures, for callers without a better message: a folder that
 * became a file, a disk that is mounted read-only, a file that may not be read.
 */

import { CoutureError } from '../../core/errors.ts';
import { errorCode, reason } from './files/system-errors.ts';

const reading = 'read scandir opendir stat lstat fstat statfs readlink realpath access'.split(' ');
const writing =
  'write mkdir mkdtemp rename unlink rmdir link symlink copyfile ftruncate fsync fdatasync chmod fchmod utime futime'.split(
    ' ',
  );
/** What only writing meets, whatever the call. */
const writingCodes = ['EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG', 'ETXTBSY'];

/** The sentence for a call that failed; undefined for any other error. */
export function systemFailure(error: unknown): CoutureError | undefined {
  const code = errorCode(error);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  const call = textOf(error, 'syscall');
  // An error of a file handle has no path.
  const path = textOf(error, 'path') ?? 'a file';
  const failure = (kind: 'data' | 'runtime', doing: string): CoutureError =>
    new CoutureError(kind, `Cannot ${doing} ${path}: ${reason(error)}.`, { cause: error });
  if (call === undefined) return undefined;
  if (writing.includes(call) || (call === 'open' && writingCodes.includes(code)))
    return failure('runtime', 'write');
  if (reading.includes(call)) return failure('data', 'read');
  if (call === 'open') return failure('data', 'open');
  return call.startsWith('spawn') ? failure('runtime', 'run') : undefined;
}

function textOf(error: unknown, key: 'syscall' | 'path'): string | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, key) : undefined;
  return typeof value === 'string' ? value : undefined;
}
