/** Storage of prepared images during an import: in memory, or in a file of the platform. */

/** Room for images of one size, by their numbers. */
export interface PixelStore {
  write(index: number, pixels: Uint8Array): Promise<void> | void;
  /** The concatenated images in the requested order. */
  read(indices: Uint32Array): Promise<Uint8Array>;
  /** Frees the storage. */
  close(): Promise<void>;
}

/** A store in memory. */
export function memoryStore(images: number, size: number): PixelStore {
  const pixels = new Uint8Array(images * size);
  return {
    write: (index, image) => pixels.set(image, index * size),
    read: async (indices) => {
      const picked = new Uint8Array(indices.length * size);
      indices.forEach((index, i) => {
        picked.set(pixels.subarray(index * size, (index + 1) * size), i * size);
      });
      return picked;
    },
    close: async () => {},
  };
}
