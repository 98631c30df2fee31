import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileKind } from './file-kinds.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const zip = (name: string): string =>
  `PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0${String.fromCharCode(name.length)}\0\0\0${name}`;

const known: readonly (readonly [head: string, kind: RegExp])[] = [
  ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', /^a PNG/],
  ['\xff\xd8\xff\xe0\0\x10JFIF', /^a JPEG image$/],
  ['RIFF\x10\0\0\0WEBPVP8 ', /^a WebP/],
  ['\0\0\0\x18ftypheic\0\0\0\0', /^a HEIC photograph/],
  ['\0\0\0\x18ftypmif1\0\0\0\0', /^a HEIC photograph/],
  ['\0\0\0\x1cftypavif\0\0\0\0', /^an AVIF/],
  ['\0\0\0\x1cftypmp42\0\0\0\0', /^a video/],
  ['GIF89a\x01\0', /^a GIF/],
  ['BM6\x03\0\0\0\0\0\x006\0\0\0', /^a BMP/],
  ['II*\0\x08\0\0\0', /^a TIFF/],
  ['MM\0*\0\0\0\x08', /^a TIFF/],
  ['%PDF-1.7\n', /^a PDF/],
  ['<svg xmlns="http://www.w3.org/2000/svg"/>', /^an SVG/],
  ['<?xml version="1.0"?>\n<!-- made by hand -->\n<svg width="9">', /^an SVG/],
  ['<!DOCTYPE html>\n<html lang="en">', /^a web page/],
  ['\n  <html><head><title>404</title>', /^a web page/],
  [zip('archive/data.pkl'), /^a PyTorch file/],
  ['\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.', /^a PyTorch file/],
  [zip('images.npy'), /^a NumPy archive/],
  [zip('photos/a.png'), /^a ZIP archive/],
  ['PK\x03\x04\0\0\0\0\0\0', /^a ZIP archive/],
  ['\x80\x04\x95\x10\0\0\0\0\0\0\0}', /^a Python pickle/],
  ['\x93NUMPY\x01\0', /^a NumPy array/],
  ['\x89HDF\r\n\x1a\n', /^an HDF5/],
  ['\0\0\x08\x03\0\0\xea\x60', /^an IDX file/],
  ['\x40\x01\0\0\0\0\0\0{"__metadata__"', /^a safetensors file/],
  ['\x80\x02\0\0\0\0\0\0{"fc1.weight"', /^a safetensors file/],
  ['\x00\x00\x08\x03\0\0\0\0{"fc1.weight"', /^a safetensors file/],
  ['\x1f\x8b\x08\0', /^a gzip/],
  ['\0\x05\x16\x07\0\x02\0\0Mac OS X', /AppleDouble/],
  ['{"label": 3}', /^JSON$/],
  ['label,pixel0,pixel1\n3,0,0\n', /^text$/],
  ['version https://git-lfs.github.com/spec/v1', /Git LFS/],
  ['', /^empty$/],
];

test('files are named by their first bytes', () => {
  for (const [head, kind] of known)
    assert.match(fileKind(bytes(head)) ?? 'unknown', kind, JSON.stringify(head));
  assert.equal(fileKind(bytes('\x07\x01\x99\xfe\0\x12')), undefined);
});

test('a tar archive is known by what stands in its first header', () => {
  const tar = new Uint8Array(512);
  tar.set(bytes('photos/a.png'));
  tar.set(bytes('ustar'), 257);
  assert.equal(fileKind(tar), 'a tar archive');
});

test('comments and declarations in front of a page are passed over in one way, however many there are', () => {
  for (const piece of ['<!---->', '<?xml?>', '<!---->\n<?xml?>', '<!doctype svg>']) {
    const many = piece.repeat(64);
    const started = performance.now();
    assert.equal(fileKind(bytes(`${many}x`)), 'text', piece);
    // Where a comment could end at a later one's end, 30 of them took seconds, and 64 for ever.
    assert.ok(performance.now() - started < 1000, `${piece}: ${performance.now() - started} ms`);
  }
  assert.equal(fileKind(bytes('<!-- a --><?xml version="1.0"?> <!-- -- > - --><html>')), 'a web page (HTML)');
  assert.equal(fileKind(bytes('<!-- a --> b --> <html>')), 'text');
  assert.equal(fileKind(bytes('<?xml version="1.0"?><!doctype svg><!---><svg-->\n<svg>')), 'an SVG drawing');
});
