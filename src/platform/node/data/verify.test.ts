import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDataset, registry } from '../../../data/registry.ts';
import { verifyFile } from './verify.ts';

test('a web page that was saved as a .gz is called a web page, and other files what they are', async () => {
  const entry = findDataset('fashion-mnist')!;
  for (const [content, kind] of [
    ['<!doctype html><html><head><title>404 Not Found</title>', 'a web page \\(HTML\\)'],
    ['PK\x03\x04\0\0\0\0', 'a ZIP archive.*'],
    ['version https://git-lfs.github.com/spec/v1\noid', 'a Git LFS pointer.*'],
  ] as const) {
    const options = { place: 'train-images-idx3-ubyte.gz', strict: true, registry };
    await assert.rejects(verifyFile(entry, 'train-images', Uint8Array.from(Buffer.from(content)), options), {
      kind: 'data',
      message: new RegExp(
        `^train-images-idx3-ubyte\\.gz is ${kind}, not an IDX file or a gzip file of one\\.$`,
      ),
    });
  }
});
