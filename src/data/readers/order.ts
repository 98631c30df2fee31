/**
 * Natural order of names, the same on every machine: by code points, with digits compared by value.
 * `Intl.Collator` is not used, because its tables differ between versions.
 */

const pieces = /\d+|\D+/g;

/** Negative when `a` comes first: `2` before `10`, `img9` before `img10`. Only equal names give 0. */
export function compareNatural(a: string, b: string): number {
  if (a === b) return 0;
  const left = a.match(pieces) ?? [];
  const right = b.match(pieces) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = comparePieces(left[i], right[i]);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareCodeUnits(a, b);
}

function comparePieces(a: string, b: string): number {
  if (!isDigit(a) || !isDigit(b)) return compareCodeUnits(a, b);
  const left = a.replace(/^0+(?=\d)/, '');
  const right = b.replace(/^0+(?=\d)/, '');
  return left.length - right.length || compareCodeUnits(left, right);
}

/** Class names in order: numbers by value if all are numbers, otherwise natural order. */
export function sortClassNames(names: Iterable<string>): string[] {
  const list = [...names];
  if (!list.every((name) => /^-?\d{1,15}(\.\d{1,15})?$/.test(name))) return list.sort(compareNatural);
  return list.sort((a, b) => Number(a) - Number(b) || compareCodeUnits(a, b));
}

function isDigit(text: string): boolean {
  return text[0] >= '0' && text[0] <= '9';
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
