/** SHA-256, from the platform if it has one: a page has it only in a secure context. */

/** The digest of bytes, in hex. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // Undefined in a page that was loaded over plain HTTP, although the types deny it.
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    const library = await import('@noble/hashes/sha2.js');
    return hex(library.sha256(bytes));
  }
  // The platform does not accept views of shared memory.
  const own = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
  return hex(new Uint8Array(await subtle.digest('SHA-256', own)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
