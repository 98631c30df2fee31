/** The names of backends: the one table from which options, flags, checks and messages derive. */

/** Backends by their exact names. */
export const backendNames = ['wasm', 'webgpu', 'reference'] as const;
/** A backend by its exact name. */
export type BackendName = (typeof backendNames)[number];

/** A processor computes the same bits everywhere; a GPU is faster for a large network. */
export const backendKinds = ['cpu', 'gpu'] as const;
/** The kind of a backend: `cpu` gives the same bits everywhere, `gpu` may be faster. */
export type BackendKind = (typeof backendKinds)[number];

/** The possible choices. For training, `auto` measures which kind is faster; elsewhere it is the CPU. */
export const backendChoices = ['auto', ...backendKinds, ...backendNames] as const;
/** A choice of a backend: `auto`, a kind, or an exact name. */
export type BackendChoice = (typeof backendChoices)[number];

const kinds = { wasm: 'cpu', webgpu: 'gpu', reference: 'cpu' } as const satisfies Record<
  BackendName,
  BackendKind
>;

/** The backend of a choice, if nothing is measured. */
export function exactBackend(choice: BackendChoice = 'auto'): BackendName {
  if (choice === 'gpu') return 'webgpu';
  return choice === 'auto' || choice === 'cpu' ? 'wasm' : choice;
}

/** The kind of a backend. */
export function kindOfBackend(choice: Exclude<BackendChoice, 'auto'>): BackendKind {
  return kinds[exactBackend(choice)];
}
