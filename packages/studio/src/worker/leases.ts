/** A value that several requests use at once, and that is disposed when it was dropped and its last user has ended. */

/** One value with its users. It may still be on its way. */
export class Lease<Value extends { dispose(): Promise<void> }> {
  readonly #value: Promise<Value>;
  #users = 0;
  #isDropped = false;

  constructor(value: Promise<Value>) {
    this.#value = value;
    // Whoever uses it is told of a failure.
    value.catch(() => {});
  }

  /** Works with the value. It is not disposed before the work has ended. */
  async use<Result>(work: (value: Value) => Promise<Result>): Promise<Result> {
    this.#users += 1;
    try {
      return await work(await this.#value);
    } finally {
      this.#users -= 1;
      this.#disposeUnused();
    }
  }

  /** Disposes the value as soon as nobody uses it. Nobody may begin to use it afterwards. */
  drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    this.#disposeUnused();
  }

  #disposeUnused(): void {
    if (!this.#isDropped || this.#users > 0) return;
    this.#value.then(
      async (value) => await value.dispose(),
      () => {},
    );
  }
}

/** The newest value of a kind. It has a key; a value of another key is dropped when a new one takes its place. */
export class Slot<Key, Value extends { dispose(): Promise<void> }> {
  #held: { readonly key: Key; readonly lease: Lease<Value> } | undefined;

  /** The value of a key, made where it is not the newest. After a failure the next call makes it again. */
  take(key: Key, make: () => Promise<Value>): Lease<Value> {
    if (this.#held?.key === key) return this.#held.lease;
    const made = make();
    const lease = new Lease(made);
    this.#held?.lease.drop();
    this.#held = { key, lease };
    made.catch(() => {
      if (this.#held?.lease === lease) this.#held = undefined;
    });
    return lease;
  }

  /** Drops the value where it has this key: the next call makes it again. */
  forget(key: Key): void {
    if (this.#held?.key !== key) return;
    this.#held.lease.drop();
    this.#held = undefined;
  }
}
