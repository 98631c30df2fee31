/** ZIP and tar archives, made by the programs that people use, by hand, and by chance. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { deflateRawSync, gzipSync, crc32 as nodeCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { dataError, listed, orDataError } from '../../../test/reader-checks.ts';
import { bytesSource } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { readOneFile } from './read.ts';
import { tarEntries } from './tar.ts';
import { defaultTools } from './tools.ts';
import { zipEntries } from './zip.ts';

const scratch = mkdtempSync(join(tmpdir(), 'couture-archives-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: scratch, stdio: ['ignore', 'ignore', 'pipe'] });
const hasZip = ((): boolean => {
  try {
    run('zip', '-v');
    return true;
  } catch {
    return false;
  }
})();

const longName = `${'long'.repeat(20)}/${'name'.repeat(20)}.png`;
const contents: Readonly<Record<string, string>> = {
  'photos/cat/1.png': 'one',
  'photos/cat/ünï.png': 'two'.repeat(1000),
  'photos/dog/empty.png': '',
  [`photos/dog/${longName}`]: 'far below',
};
for (const [path, text] of Object.entries(contents)) {
  mkdirSync(join(scratch, path, '..'), { recursive: true });
  writeFileSync(join(scratch, path), text);
}
writeFileSync(join(scratch, 'photos', '.DS_Store'), 'x');

const read = (name: string) => new Uint8Array(readFileSync(join(scratch, name)));
const zip = (bytes: Uint8Array, name = 'a.zip') => zipEntries(bytesSource(bytes, name), defaultTools);
const tar = (bytes: Uint8Array) => tarEntries(bytesSource(bytes, 'a.tar'));

async function texts(entries: Awaited<ReturnType<typeof tar>>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of entries) {
    const bytes = await entry.read();
    assert.equal(bytes.length, entry.size);
    found[entry.path] = new TextDecoder().decode(bytes);
  }
  return found;
}

async function readAll(entries: ReturnType<typeof tar>): Promise<void> {
  for (const entry of await entries) await entry.read();
}

/** That an archive with a changed byte, and each half of one that is cut, ends in an error or in entries. */
async function endsWell(good: Uint8Array, open: typeof tar): Promise<void> {
  const places = [fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length)] as const;
  const property = fc.asyncProperty(...places, async (at, value, cut) => {
    const flipped = good.slice();
    flipped[at] = value;
    for (const broken of [flipped, good.subarray(0, cut), good.subarray(cut)])
      await orDataError(() => readAll(open(broken)));
  });
  await fc.assert(property, { numRuns: 300 });
}

interface Made {
  readonly name: string;
  readonly content: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly crc?: number;
  readonly offset?: number;
  readonly attributes?: number;
}

/** A ZIP archive as it is told to be, right or wrong. */
function makeZip(files: readonly Made[]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, method = 8, flags = 0x800, ...wrong } of files) {
    const packed = method === 8 ? deflateRawSync(content) : Buffer.from(content);
    const path = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(path.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt8(3, 5);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(wrong.crc ?? nodeCrc32(content), 16);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(wrong.size ?? content.length, 24);
    central.writeUInt16LE(path.length, 28);
    central.writeUInt32LE(wrong.attributes ?? 0, 38);
    central.writeUInt32LE(wrong.offset ?? at, 42);
    parts.push(local, path, packed);
    at += local.length + path.length + packed.length;
    directory.push(central, path);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('ZIP archives', () => {
  it('of the program zip are read, stored and deflated', { skip: !hasZip && 'no zip' }, async () => {
    run('zip', '-qr', 'deflated.zip', 'photos');
    run('zip', '-qr0', 'stored.zip', 'photos');
    for (const name of ['deflated.zip', 'stored.zip'])
      assert.deepEqual(await texts(await zip(read(name))), contents);
  });

  it('of Python are read, with 64-bit sizes', async () => {
    const script = `
import zipfile
with zipfile.ZipFile('python.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    with z.open('a/x.png', 'w', force_zip64=True) as f: f.write(b'wide')
    for i in range(70000): z.writestr('b/%d.png' % i, b'')
`;
    run('python3', '-c', script);
    const entries = await zip(read('python.zip'));
    assert.equal(entries.length, 70_001);
    assert.deepEqual(await texts(entries.slice(0, 1)), { 'a/x.png': 'wide' });
  });

  it('are read with names of code page 437 where they are not UTF-8', async () => {
    const made = makeZip([{ name: 'QQQ/1.png', content: bytes('x'), flags: 0 }]);
    for (let i = 0; i + 2 < made.length; i++)
      if (made[i] === 0x51 && made[i + 1] === 0x51) made.set([0x81, 0x94, 0x84], i);
    assert.deepEqual(
      (await zip(made)).map(({ path }) => path),
      ['üöä/1.png'],
    );
  });

  it('are refused when they are made to do harm, each by name', async () => {
    const content = bytes('content');
    const cases: [RegExp, Made[]][] = [
      [/the path "\.\.\/x\.png" leads outside its folder/, [{ name: '../x.png', content }]],
      [/leads outside its folder/, [{ name: 'a/../../x.png', content }]],
      [/leads outside its folder/, [{ name: '/etc/x.png', content }]],
      [/leads outside its folder/, [{ name: 'C:\\x.png', content }]],
      [/leads outside its folder/, [{ name: 'a\\..\\..\\x.png', content }]],
      [/"a\/x\.png" is encrypted/, [{ name: 'a/x.png', content, flags: 0x801 }]],
      [/"a\/x\.png" is compressed by LZMA/, [{ name: 'a/x.png', content, method: 14 }]],
      [/the unknown method 77/, [{ name: 'a/x.png', content, method: 77 }]],
      [/"a\/x\.png" is a link/, [{ name: 'a/x.png', content, attributes: 0xa1ff0000 }]],
      [
        /"x\.png" is in the archive twice/,
        [
          { name: 'x.png', content },
          { name: 'x.png', content },
        ],
      ],
      [
        /overlaps another entry/,
        [
          { name: 'x.png', content },
          { name: 'y.png', content, offset: 0 },
        ],
      ],
      [/unpacks to .* bytes, over the limit/, [{ name: 'x.png', content, size: 0xfffffff0 }]],
    ];
    for (const [pattern, files] of cases) await assert.rejects(zip(makeZip(files)), dataError(pattern));
  });

  it('are refused where an entry is damaged, when it is read', async () => {
    const content = bytes('content'.repeat(50));
    const cases: [RegExp, Made][] = [
      [/its checksum is wrong/, { name: 'x.png', content, crc: 1 }],
      [/does not unpack to its 5 bytes/, { name: 'x.png', content, size: 5 }],
      [/unpacks to 350 bytes, but the directory says 360/, { name: 'x.png', content, size: 360 }],
      [/but the directory says 5/, { name: 'x.png', content, size: 5, method: 0 }],
    ];
    for (const [pattern, file] of cases) {
      const [entry] = await zip(makeZip([file]));
      await assert.rejects(entry.read(), dataError(pattern));
    }
  });

  it('stop a bomb before it unpacks', async () => {
    const bomb = makeZip([{ name: 'x.png', content: new Uint8Array(64 << 20), size: 1000, crc: 0 }]);
    const [entry] = await zip(bomb);
    const before = process.memoryUsage().rss;
    await assert.rejects(entry.read(), dataError(/does not unpack/));
    assert.ok(process.memoryUsage().rss - before < 32 << 20);
  });

  it('of any bytes end in an error or in entries', async () => {
    const good = makeZip([
      { name: 'a/x.png', content: bytes('content') },
      { name: 'b/y.png', content: bytes('z'.repeat(100)), method: 0 },
    ]);
    await endsWell(good, zip);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (random) => {
        await orDataError(() => readAll(zip(random)));
      }),
    );
  });

  it('have the checksum that zlib computes', () => {
    fc.assert(fc.property(fc.uint8Array(), (data) => assert.equal(crc32(data), nodeCrc32(data))));
  });
});

describe('tar archives', () => {
  it('of GNU tar are read in every format, long names included', async () => {
    for (const format of ['gnu', 'ustar', 'pax', 'posix']) {
      run('tar', `--format=${format}`, '-cf', `${format}.tar`, 'photos');
      assert.deepEqual(await texts(await tar(read(`${format}.tar`))), contents, format);
    }
  });

  it('packed by gzip are read as well', async () => {
    run('tar', '-czf', 'photos.tar.gz', './photos');
    const found = await readOneFile(bytesSource(read('photos.tar.gz'), 'photos.tar.gz'));
    assert.equal(found.format, 'tar');
    assert.deepEqual(listed(found.train).slice(0, 1), ['cat: photos/cat/1.png']);
  });

  it('are refused for links, wrong checksums, cut ends and paths that leave the folder', async () => {
    mkdirSync(join(scratch, 'links'), { recursive: true });
    symlinkSync('/etc/passwd', join(scratch, 'links', 'x.png'));
    run('tar', '-cf', 'links.tar', 'links');
    await assert.rejects(tar(read('links.tar')), dataError(/"links\/x\.png" is a symbolic link/));
    run('tar', '-P', '-cf', 'up.tar', '--transform=s,photos/cat/1,../up,', 'photos/cat/1.png');
    await assert.rejects(tar(read('up.tar')), dataError(/the path "\.\.\/up\.png" leads outside its folder/));
    const good = read('ustar.tar');
    const wrong = good.slice();
    wrong[0] ^= 1;
    await assert.rejects(tar(wrong), dataError(/its checksum is wrong/));
    const at = Buffer.from(good).indexOf('two');
    await assert.rejects(tar(good.subarray(0, at)), dataError(/is truncated: 3000 bytes should follow/));
    run('tar', '-cf', 'twice.tar', 'photos/cat/1.png', 'photos/cat/1.png', '--hard-dereference');
    await assert.rejects(tar(read('twice.tar')), dataError(/is in the archive twice/));
  });

  it('have pax sizes that are those of files alone, whatever headers stand between', async () => {
    const header = (name: string, type: string, size: number): Uint8Array => {
      const block = Buffer.alloc(512);
      block.write(name);
      block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
      block.write(`        ${type}`, 148);
      block.write('ustar\x0000', 257);
      const sum = block.reduce((total, byte) => total + byte, 0);
      block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      return block;
    };
    const padded = (text: string) => Buffer.concat([Buffer.from(text)], Math.ceil(text.length / 512) * 512);
    const [pax, long, data] = ['13 size=1024\n', 'photos/cat/1.png\0', 'x'.repeat(1024)];
    const parts = [header('pax', 'x', 13), padded(pax), header('long', 'L', 17), padded(long)];
    const bytes = Buffer.concat([...parts, header('short', '0', 0), padded(data), Buffer.alloc(1024)]);
    assert.deepEqual(await texts(await tar(bytes)), { 'photos/cat/1.png': data });
  });

  it('of any bytes end in an error or in entries', async () => {
    run('tar', '--format=pax', '-cf', 'fuzz.tar', 'photos/dog');
    const good = read('fuzz.tar');
    await endsWell(good, tar);
  });
});

describe('one file', () => {
  it('is named for what it is where it is of no use', async () => {
    const cases: [Uint8Array, RegExp][] = [
      [new Uint8Array(0), /the file is empty/],
      [bytes('<!DOCTYPE html><html>'), /a web page/],
      [Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), /an HDF5 file/],
      [Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c), /a 7z archive/],
      [Uint8Array.of(0x80, 4, 0x95), /a Python pickle/],
      [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), /a PNG image/],
      [Uint8Array.of(1, 2, 3), /of an unknown kind/],
      [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0), /one array, but images and labels are both needed/],
      [new Uint8Array(gzipSync(gzipSync(bytes('a')))), /a gzip file inside a gzip file/],
      [makeZip([{ name: 'archive/data.pkl', content: bytes('x') }]), /a PyTorch file/],
    ];
    for (const [content, pattern] of cases)
      await assert.rejects(readOneFile(bytesSource(content, 'file')), dataError(pattern));
  });

  it('of any bytes ends in an error or in a set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (random) => {
        await orDataError(() => readOneFile(bytesSource(random, 'random')));
        await orDataError(() => readOneFile(bytesSource(new Uint8Array(gzipSync(random)), 'random.gz')));
      }),
      { numRuns: 200 },
    );
  });
});
