/** What a backend is called: the one table from which options, flags, checks and messages derive. */

/** Backends by their exact names. */
export const backendNames = ['wasm', 'webgpu', 'reference'] as const;
export type BackendName = (typeof backendNames)[number];

/** A processor computes the same bits everywhere; a GPU is faster where the network is large. */
export const backendKinds = ['cpu', 'gpu'] as const;
export type BackendKind = (typeof backendKinds)[number];

/** What may be asked for: `auto` measures which kind is faster where a network is trained, and is the CPU elsewhere. */
export const backendChoices = ['auto', ...backendKinds, ...backendNames] as const;
export type BackendChoice = (typeof backendChoices)[number];

const kinds = { wasm: 'cpu', webgpu: 'gpu', reference: 'cpu' } as const satisfies Record<
  BackendName,
  BackendKind
>;

/** The backend that a choice comes to, where nothing is measured. */
export function exactBackend(choice: BackendChoice = 'auto'): BackendName {
  if (choice === 'gpu') return 'webgpu';
  return choice === 'auto' || choice === 'cpu' ? 'wasm' : choice;
}

/** What kind a backend is. */
export function kindOfBackend(choice: Exclude<BackendChoice, 'auto'>): BackendKind {
  return kinds[exactBackend(choice)];
}
