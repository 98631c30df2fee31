/**
 * The rooms of the source in their one order: each may import what stands before it, and itself. Paths are below src/.
 * Two packages are made of them: `@couture/core`, all that a page needs, and `couture`, the command and everything else.
 */

/** A room: a folder of src/, or a file that is a package's way in. */
interface Room {
  readonly path: string;
  readonly package: 'core' | 'couture';
}

export const rooms: readonly Room[] = [
  { path: 'core', package: 'core' },
  { path: 'data', package: 'core' },
  { path: 'model', package: 'core' },
  { path: 'engine', package: 'core' },
  { path: 'train', package: 'core' },
  { path: 'use', package: 'core' },
  { path: 'inspect', package: 'core' },
  { path: 'audit', package: 'core' },
  { path: 'ship', package: 'core' },
  // The code of exported modules alone is an eighth of what a page may install.
  { path: 'ship/exports', package: 'couture' },
  { path: 'ship/imports', package: 'couture' },
  { path: 'search', package: 'couture' },
  { path: 'figures', package: 'couture' },
  { path: 'report', package: 'couture' },
  { path: 'runs', package: 'couture' },
  { path: 'study', package: 'couture' },
  { path: 'platform/web', package: 'core' },
  { path: 'platform/web/module', package: 'couture' },
  { path: 'shared.ts', package: 'core' },
  { path: 'index.ts', package: 'core' },
  { path: 'platform/web/runs', package: 'couture' },
  { path: 'platform/node', package: 'couture' },
  { path: 'node.ts', package: 'couture' },
  { path: 'serve', package: 'couture' },
  { path: 'cli', package: 'couture' },
];

/** The room that a file below src/ is in: of a room and one inside it, the inner one. */
export function roomOf(path: string): Room | undefined {
  return rooms
    .filter((room) => path === room.path || path.startsWith(`${room.path}/`))
    .reduce<Room | undefined>(
      (found, room) => (found === undefined || room.path.length > found.path.length ? room : found),
      undefined,
    );
}
