/** A second pause: a module is set up once, so each pause of the entry is a module of its own. */

await new Promise((resolve) => setTimeout(resolve));
