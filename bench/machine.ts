/** The machine that the bench runs on, in words. */

import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

export function describeMachine(): string {
  const all = cpus();
  const vector = vectorUnits();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all[0]?.model.trim() ?? 'unknown CPU'}, ${all.length} cores${vector}, ${memory} GiB, ${process.platform} ${process.arch}`;
}

/** What the CPU offers beyond what WebAssembly can ask for; only Linux says. */
function vectorUnits(): string {
  try {
    const flags = new Set(/^flags.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0].split(/\s+/));
    const found = [
      ['avx2', 'AVX2'],
      ['avx512f', 'AVX-512'],
    ].filter(([flag]) => flags.has(flag));
    return found.length > 0 ? ` with ${found.map(([, name]) => name).join(' and ')}` : '';
  } catch {
    return '';
  }
}
