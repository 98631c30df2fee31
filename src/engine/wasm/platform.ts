/** What the wasm backend needs of its platform. In a file of its own, so that the declarations of a page name no memory layout. */

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string; readonly stack: string | undefined };

/** A worker as the coordinator sees it, on any platform. */
export interface WorkerHandle {
  /** Sends a message of the type `ToWorker` (protocol.ts). */
  post(message: object): void;
  /** Called with every message; `failed` also reports an error of the platform. */
  listen(listener: (message: FromWorker) => void): void;
  terminate(): Promise<void>;
}

export type SpawnWorker = () => WorkerHandle;

/** Compiles the module of the kernels from its bytes. A platform may have its own way. */
export type CompileKernels = (bytes: Uint8Array<ArrayBuffer>) => Promise<WebAssembly.Module>;
