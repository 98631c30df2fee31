/** Where prepared images lie while a set is imported: in memory, or in a file of the platform. */

/** Room for images of one size, by their numbers. */
export interface PixelStore {
  write(index: number, pixels: Uint8Array): Promise<void> | void;
  /** Images in the order asked for, laid end to end. */
  read(indices: Uint32Array): Promise<Uint8Array>;
  /** Gives the room back. */
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
