/** A pause between two imports of the entry: what comes after it is set up in a task of its own. */

await new Promise((resolve) => setTimeout(resolve));
