/** The role of a file or an array, by its name: `k49-train-imgs`, `t10k-labels-idx1-ubyte`, `x_test`. */

/** Images or labels of a split; `all` without a split. */
export interface ArrayRole {
  readonly split: 'train' | 'validation' | 'test' | 'all';
  readonly kind: 'images' | 'labels';
  /** The other words, in which the names of different sets differ. */
  readonly rest: string;
}

const splitWords: Readonly<Record<string, ArrayRole['split']>> = {
  train: 'train',
  training: 'train',
  tr: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  te: 'test',
  t10k: 'test',
};

const kindWords: Readonly<Record<string, ArrayRole['kind']>> = {
  x: 'images',
  images: 'images',
  image: 'images',
  imgs: 'images',
  img: 'images',
  data: 'images',
  features: 'images',
  pixels: 'images',
  y: 'labels',
  labels: 'labels',
  label: 'labels',
  lbls: 'labels',
  target: 'labels',
  targets: 'labels',
  classes: 'labels',
};

/** Words that say how a file is stored. */
const formWord = /^(idx\d?|ubyte|byte|int|gz|npy|npz|arr|\d)$/;

/** The folder of a name in lower case without what is stored how; what a split is called, `valid` or `t10k`, included. */
export function splitWord(word: string): ArrayRole['split'] | undefined {
  return Object.hasOwn(splitWords, word) ? splitWords[word] : undefined;
}

/** The role of a name; undefined if it is neither images nor labels. */
export function arrayRoleOf(name: string): ArrayRole | undefined {
  const words = name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !formWord.test(word));
  let split: ArrayRole['split'] = 'all';
  let kind: ArrayRole['kind'] | undefined;
  const rest: string[] = [];
  for (const word of words) {
    const asSplit = splitWord(word);
    // `xtrain` and `ytest` are in use, too.
    const joined = /^([xy])(train|test|val|valid)$/.exec(word);
    if (joined) {
      kind ??= kindWords[joined[1]];
      split = splitWords[joined[2]];
    } else if (asSplit !== undefined) split = asSplit;
    else if (Object.hasOwn(kindWords, word)) kind ??= kindWords[word];
    else rest.push(word);
  }
  return kind === undefined ? undefined : { split, kind, rest: rest.join('-') };
}
