// Blocks of lines: 16 floats each, 64 bytes.

/** `bytes` bytes of lines at `from` added to those at `to`. */
export function addLines(to: usize, from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 32) {
    v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
    v128.store(to + at, f32x4.add(v128.load(to + at, 16), v128.load(from + at, 16)), 16);
  }
}

/** A block of 16 lines of 16 floats, transposed. */
export function transpose16(from: usize, to: usize): void {
  for (let i: usize = 0; i < 4; i++) {
    for (let j: usize = 0; j < 4; j++) {
      const source = from + i * 256 + j * 16;
      const a = v128.load(source, 0), b = v128.load(source, 64);
      const c = v128.load(source, 128), d = v128.load(source, 192);
      const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
      const target = to + j * 256 + i * 16;
      v128.store(target, v128.shuffle<i64>(ab, cd, 0, 2), 0);
      v128.store(target, v128.shuffle<i64>(ab, cd, 1, 3), 64);
      v128.store(target, v128.shuffle<i64>(ef, gh, 0, 2), 128);
      v128.store(target, v128.shuffle<i64>(ef, gh, 1, 3), 192);
    }
  }
}
