/**
 * Imported sets in the cache: `imports/<digest>/train.split` and `test.split` hold the images, `imports/names` says which
 * set a name stands for, `imports/seen` lets a path that has not changed be found again without reading its files, and
 * `imports/kept` has the options under which the user imported a path. All but the images can always be made again.
 */

import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { CoutureError } from '../../../core/errors.ts';
import { jsonOrNone } from '../../../core/json.ts';
import type { Dataset, SplitName } from '../../../data/dataset.ts';
import type { DatasetInfo } from '../../../data/dataset-info.ts';
import type { ImportPlan } from '../../../data/import/import.ts';
import type { ImportReport } from '../../../data/import/report.ts';
import { formatJson } from '../../../runs/json.ts';
import { makeFolder } from '../files/folders.ts';
import { readLimited } from '../files/read.ts';
import { writeFileAtomic } from '../files/write.ts';
import { type KeptOptions, keptSchema, optionsToKeep } from './kept-options.ts';
import { temporaryName } from './scratch.ts';
import { describeStored, readSplitFile, readSplitHeader, writeSplitFile } from './split-file.ts';

const MAX_ENTRY_BYTES = 2 ** 20;

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** The stored facts about a path. */
const seenSchema = z.strictObject({
  couture: z.literal(1),
  /** Of the names, sizes and times of its files. */
  stamp: digestSchema,
  /** The same for the files of a list; null if the path is not a list. */
  listed: digestSchema.nullable(),
  /** The set that it became. */
  digest: digestSchema,
});
export type Seen = Omit<z.infer<typeof seenSchema>, 'couture'>;

const nameSchema = z.strictObject({
  couture: z.literal(1),
  name: z.string(),
  digest: digestSchema,
  /** Digest of the path that it was imported from; absent in entries of older versions. */
  from: digestSchema.optional(),
});

/** A set that lies in the cache. */
export interface StoredSet {
  readonly info: DatasetInfo;
  readonly report: ImportReport;
}

/** The imported sets of one cache folder. */
export class ImportCache {
  readonly #folder: string;

  /** @param cache the cache folder, see `cacheDirectory` */
  constructor(cache: string) {
    this.#folder = join(cache, 'imports');
  }

  /** Where temporary files may lie. */
  get scratch(): string {
    return join(this.#folder, 'work');
  }

  #splitPath(digest: string, split: SplitName): string {
    return join(this.#folder, digest, `${split}.split`);
  }

  /** Writes a set's splits, unless they lie there whole. Returns its description with the checksums. */
  async write(plan: ImportPlan, onSplit: (done: number) => void): Promise<DatasetInfo> {
    const { store, report } = plan;
    const digest = digestOf(plan.info);
    const splits = {
      train: await describeStored(plan.info, store, plan.train),
      test: await describeStored(plan.info, store, plan.test),
    };
    const info: DatasetInfo = { ...plan.info, splits };
    await makeFolder(join(this.#folder, digest));
    await makeFolder(this.scratch);
    for (const [i, split] of (['train', 'test'] as const).entries()) {
      const place = { path: this.#splitPath(digest, split), beside: join(this.scratch, temporaryName()) };
      await writeSplitFile(place, { split, info, report }, store, plan[split]);
      onSplit(i + 1);
    }
    return info;
  }

  /**
   * What is known of a set, from the header of both its files; undefined when one of them is missing.
   * @throws CoutureError of kind `data` when one is damaged
   */
  async describe(digest: string): Promise<StoredSet | undefined> {
    const train = await readSplitHeader(this.#splitPath(digest, 'train'));
    const test = train && (await readSplitHeader(this.#splitPath(digest, 'test')));
    return train && test && { info: train.info, report: train.report };
  }

  /**
   * A split of a set, held to its digests.
   * @throws CoutureError of kind `data` when it is missing or damaged
   */
  async load(info: DatasetInfo, split: SplitName): Promise<Dataset> {
    const found = await readSplitFile(this.#splitPath(digestOf(info), split));
    if (found === undefined) {
      throw new CoutureError('data', `The images of ${info.name} are no longer in the cache.`, {
        hint: 'Import them again: couture data import PATH',
      });
    }
    return { ...found.dataset, info: { ...found.dataset.info, name: info.name } };
  }

  /**
   * Remembers what a name stands for.
   * @param path the path that the set was imported from
   * @returns whether the name stood for another set, of another path
   */
  async setName(name: string, digest: string, path: string): Promise<boolean> {
    const from = keyOf(path);
    const before = await this.#readJson('names', keyOf(name), nameSchema);
    await this.#writeJson('names', keyOf(name), { couture: 1, name, digest, from });
    return before?.from !== undefined && before.from !== from && before.digest !== digest;
  }

  /** Remembers the options under which a path was imported. */
  async keep(path: string, options: KeptOptions): Promise<void> {
    await this.#writeJson('kept', keyOf(path), { couture: 1, ...options });
  }

  /** The options under which a path was imported; none if nobody asked for any. */
  async kept(path: string): Promise<KeptOptions> {
    return optionsToKeep((await this.#readJson('kept', keyOf(path), keptSchema)) ?? {});
  }

  /** The digest of the set of that name, or undefined. */
  async findName(name: string): Promise<string | undefined> {
    const found = await this.#readJson('names', keyOf(name), nameSchema);
    return found?.name === name ? found.digest : undefined;
  }

  /** Every name, in order. */
  async names(): Promise<{ readonly name: string; readonly digest: string }[]> {
    const files = await readdir(join(this.#folder, 'names')).catch(() => []);
    const found = await Promise.all(
      files.map((file) => this.#readJson('names', file.replace(/\.json$/, ''), nameSchema)),
    );
    const names = found.filter((entry) => entry !== undefined);
    return names.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @param request the path and all that changes what becomes of it */
  async seen(request: string): Promise<Seen | undefined> {
    return await this.#readJson('seen', keyOf(request), seenSchema);
  }

  async remember(request: string, seen: Seen): Promise<void> {
    await this.#writeJson('seen', keyOf(request), { couture: 1, ...seen });
  }

  async #writeJson(folder: string, key: string, value: unknown): Promise<void> {
    await makeFolder(join(this.#folder, folder));
    await writeFileAtomic(join(this.#folder, folder, `${key}.json`), formatJson(value));
  }

  /** Unreadable entries count as absent, because they can be made again. */
  async #readJson<Schema extends z.ZodType>(
    folder: string,
    key: string,
    schema: Schema,
  ): Promise<z.output<Schema> | undefined> {
    try {
      const bytes = await readLimited(join(this.#folder, folder, `${key}.json`), MAX_ENTRY_BYTES);
      return schema.safeParse(jsonOrNone(bytes)).data;
    } catch {
      return undefined;
    }
  }
}

/** The digest under which an imported set is kept. */
export function digestOf({ origin, name }: DatasetInfo): string {
  if (origin.kind === 'import') return origin.digest;
  throw new CoutureError('runtime', `${name} was not imported from files.`);
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
