/**
 * Recognizes a file by its first bytes, so that an error can name the kind of a wrong file. It is only used
 * for messages. (npm's `file-type` knows more media types, but not the files that users confuse here: web
 * pages, SVG, pickles, PyTorch archives, NumPy and IDX files.)
 */

/** Number of bytes that the tests need. */
export const KIND_BYTES = 512;

/** The kind of model files, weights and checkpoints. */
export const SAFETENSORS = 'a safetensors file';

type Test = (bytes: Uint8Array, text: string) => boolean;

/** Whether bytes are at an offset; a string is given by its Latin-1 codes. */
export function bytesAt(bytes: Uint8Array, offset: number, expected: string): boolean {
  if (offset + expected.length > bytes.length) return false;
  for (let i = 0; i < expected.length; i++) if (bytes[offset + i] !== expected.charCodeAt(i)) return false;
  return true;
}

const starts =
  (...signatures: readonly string[]): Test =>
  (bytes) =>
    signatures.some((signature) => bytesAt(bytes, 0, signature));

/** ISO media files, by their brand. */
const branded =
  (brands: RegExp): Test =>
  (bytes, text) =>
    bytesAt(bytes, 4, 'ftyp') && brands.test(text.slice(8, 12));

/**
 * The prologue of a page or a drawing. A comment must end at its first `-->`: otherwise a file of many
 * comments would be matched in 2^n ways.
 */
const prologue = String.raw`\s|<!--(?:(?!-->)[^])*-->|<\?xml(?:(?!\?>)[^])*\?>`;
const page = new RegExp(String.raw`^(?:${prologue})*<(?:!doctype\s+html|html|head|body)\b`, 'i');
const svg = new RegExp(String.raw`^(?:${prologue}|<!doctype\s+svg[^>]*>)*<svg\b`, 'i');

/** The first match is the kind of the file. */
const kinds: readonly (readonly [kind: string, fits: Test])[] = [
  // First: it begins with a length, whose bytes may look like the start of any other kind.
  [SAFETENSORS, (bytes) => bytesAt(bytes, 4, '\0\0\0\0{"')],
  ['a PNG image', starts('\x89PNG\r\n\x1a\n')],
  ['a JPEG image', starts('\xff\xd8\xff')],
  ['a WebP image', (bytes) => bytesAt(bytes, 0, 'RIFF') && bytesAt(bytes, 8, 'WEBP')],
  ['a HEIC photograph', branded(/^(hei[cxms]|hev[cxms]|mif1|msf1)$/)],
  ['an AVIF image', branded(/^avi[fs]$/)],
  ['a video', branded(/./)],
  ['a GIF image', starts('GIF87a', 'GIF89a')],
  ['a BMP image', (bytes) => bytesAt(bytes, 0, 'BM') && bytesAt(bytes, 6, '\0\0\0\0')],
  ['a TIFF image or a raw photograph', starts('II*\0', 'MM\0*', 'II+\0', 'MM\0+')],
  ['a JPEG XL image', starts('\xff\x0a', '\0\0\0\x0cJXL ')],
  ['a JPEG 2000 image', starts('\0\0\0\x0cjP  ')],
  ['a Photoshop file', starts('8BPS')],
  ['an icon file (ICO)', starts('\0\0\x01\0')],
  ['a PDF document', starts('%PDF-')],
  ['an SVG drawing', (_, text) => svg.test(text)],
  ['a web page (HTML)', (_, text) => page.test(text)],
  ['a macOS metadata file (AppleDouble)', starts('\0\x05\x16\x07')],
  [
    'a PyTorch file',
    (bytes, text) => bytesAt(bytes, 0, 'PK\x03\x04') && /\/(data\.pkl|byteorder)/.test(text),
  ],
  ['a PyTorch file', (bytes) => bytesAt(bytes, 2, '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19')],
  [
    'a NumPy archive (NPZ)',
    (bytes, text) => bytesAt(bytes, 0, 'PK\x03\x04') && /^.{30}[^/]*\.npy/s.test(text),
  ],
  ['a ZIP archive (PyTorch files are ZIP archives too)', starts('PK\x03\x04', 'PK\x05\x06')],
  ['a Python pickle', (bytes) => bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5],
  ['a NumPy array (NPY)', starts('\x93NUMPY')],
  ['an HDF5 file (the format of Keras)', starts('\x89HDF\r\n\x1a\n')],
  ['a Parquet file', starts('PAR1')],
  [
    'an IDX file',
    (bytes) => bytesAt(bytes, 0, '\0\0') && bytes[2] >= 8 && bytes[2] <= 14 && bytes[3] >= 1 && bytes[3] <= 4,
  ],
  ['a gzip file', starts('\x1f\x8b')],
  ['an xz file', starts('\xfd7zXZ\0')],
  ['a bzip2 file', starts('BZh')],
  ['a Zstandard file', starts('\x28\xb5\x2f\xfd')],
  ['a 7z archive', starts("7z\xbc\xaf'\x1c")],
  ['a RAR archive', starts('Rar!\x1a\x07')],
  ['a tar archive', (bytes) => bytesAt(bytes, 257, 'ustar')],
  ['a program', starts('\x7fELF', 'MZ', '\xcf\xfa\xed\xfe')],
  ['a Git LFS pointer, not the file itself', starts('version https://git-lfs')],
  ['JSON', (_, text) => /^\s*[{[]\s*("|\]|\}|[{[\d-])/.test(text)],
  ['text', (bytes, text) => bytes.length > 0 && /^[\t\n\r\x20-\x7e\xa0-\xff]+$/.test(text)],
];

/** The kind of the file with its article; undefined if unknown. */
export function fileKind(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'empty';
  const head = bytes.subarray(0, KIND_BYTES);
  const text = Array.from(head, (byte) => String.fromCharCode(byte)).join('');
  return kinds.find(([, fits]) => fits(head, text))?.[0];
}
