/** Streams piece by piece. WebKit's streams cannot be iterated by themselves. */

/** The pieces of a stream. What is left is cancelled where the caller stops early. */
export async function* piecesOf<Piece>(stream: ReadableStream<Piece>): AsyncGenerator<Piece, void, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
