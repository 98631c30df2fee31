/** A progress bar: redrawn in place on a terminal, one line at its end elsewhere. */

/** Returned by `context.progress`. */
export interface Progress {
  update(done: number, note?: string): void;
  done(): void;
}

interface ProgressOptions {
  readonly total: number;
  readonly label: string;
  readonly err: (text: string) => void;
  /** Writes without a newline; undefined if redrawing is not possible. */
  readonly redraw: ((line: string) => void) | undefined;
}

const WIDTH = 24;
const REDRAW_MS = 80;
const CLEAR_LINE = '\r\x1b[2K';

/** `━━━━━────` for a share from 0 to 1. */
export function bar(share: number, width = WIDTH): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '━'.repeat(full) + '─'.repeat(width - full);
}

export function createProgress({ total, label, err, redraw }: ProgressOptions): Progress {
  let drawn = 0;
  let note = '';
  let closed = false;
  return {
    update(done, text) {
      note = text ?? note;
      const now = performance.now();
      if (closed || redraw === undefined || (now - drawn < REDRAW_MS && done < total)) return;
      drawn = now;
      const share = total > 0 ? done / total : 0;
      redraw(`${CLEAR_LINE}${label} ${bar(share)} ${String(Math.floor(share * 100)).padStart(3)}%  ${note}`);
    },
    done() {
      if (closed) return;
      closed = true;
      redraw?.(CLEAR_LINE);
      err(note ? `${label}: ${note}` : `${label}: done`);
    },
  };
}

/** Shorter work shows no bar. */
const LATE_MS = 1000;

/** A bar for a share of work, 0 to 1, that appears only after a second; `end` closes it. */
export function lateProgress(context: { progress(total: number, label: string): Progress }): {
  readonly update: (label: string, share: number) => void;
  readonly end: () => void;
} {
  let open: Progress | undefined;
  let current: string | undefined;
  let begun = performance.now();
  const end = (): void => {
    open?.done();
    open = undefined;
  };
  const update = (label: string, share: number): void => {
    if (current !== label) {
      end();
      if (current !== undefined) begun = performance.now();
      current = label;
    }
    if (open === undefined && (share >= 1 || performance.now() - begun < LATE_MS)) return;
    open ??= context.progress(1, label);
    open.update(share, share < 1 ? '' : 'done');
  };
  return { update, end };
}
