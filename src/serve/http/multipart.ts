/** The files of a multipart body (RFC 7578), which is in memory as a whole, by the parser of Fastify. */

import { Busboy } from '@fastify/busboy';
import { printable } from '../../core/printable.ts';
import { shorten } from '../../core/shorten.ts';
import { Refused } from '../refusals.ts';

/** A file of a body. */
export interface UploadedFile {
  /** Its file name, or that of its field. */
  readonly name: string;
  /** Its media type, in small letters. */
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const MOST_OF_NAME = 100;

/**
 * The files of a body in their order.
 * @param most files
 * @throws Refused when the body is not valid, has no files, has other fields, or has more files than `most`
 */
export async function readMultipart(
  body: Buffer,
  contentType: string,
  most: number,
): Promise<UploadedFile[]> {
  const files: UploadedFile[] = [];
  await new Promise<void>((resolve, reject) => {
    const wrong = (what: string): void =>
      reject(new Refused('bad_request', `The multipart body is not valid: ${what}.`, { hint: EXAMPLE }));
    let parser: InstanceType<typeof Busboy>;
    try {
      parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: {
          files: most + 1,
          fields: 1,
          parts: most + 2,
          headerPairs: 20,
          fieldNameSize: MOST_OF_NAME,
          fieldSize: 1,
        },
      });
    } catch (error) {
      return wrong(error instanceof Error ? error.message.toLowerCase() : 'it cannot be read');
    }
    parser.on('file', (field, stream, filename, encoding, mimeType) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('error', (error: Error) => wrong(error.message.toLowerCase()));
      stream.on('end', () => {
        // RFC 7578 has no other encodings, and an encoded file would be taken for its bytes.
        if (!/^(?:7bit|8bit|binary)$/i.test(nameFrom(encoding)))
          return wrong('a file has a Content-Transfer-Encoding, but must be sent as its bytes');
        const name = nameFrom(filename) || nameFrom(field) || 'without a name';
        // A copy, whose buffer can be handed to a thread.
        const bytes = Uint8Array.from(Buffer.concat(parts));
        files.push({ name, type: nameFrom(mimeType).toLowerCase(), bytes });
      });
    });
    parser.on('field', (name) => wrong(`the field ${JSON.stringify(nameFrom(name))} is not a file`));
    parser.on('error', (error: unknown) =>
      wrong(error instanceof Error ? error.message.toLowerCase() : 'it cannot be read'),
    );
    parser.on('finish', () => resolve());
    parser.end(body);
  });
  if (files.length > most)
    throw new Refused('too_many_images', `The request has more than ${most} images, the limit.`, {
      hint: 'Send several requests.',
    });
  if (files.length === 0)
    throw new Refused('bad_request', 'The multipart body has no files.', { hint: EXAMPLE });
  return files;
}

/** A part may lack what the types of the parser promise, and an error in a listener would end the process. */
function nameFrom(text: unknown): string {
  return typeof text === 'string' ? shorten(printable(text), MOST_OF_NAME) : '';
}

const EXAMPLE = 'With curl: -F image=@shoe.png -F image=@shirt.jpg';
