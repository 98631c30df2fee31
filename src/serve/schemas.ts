/** The schemas of requests and answers: what is checked, and what /openapi.json describes. */

import * as z from 'zod';
import { refusals } from './refusals.ts';

const flag = z.enum(['true', 'false']).transform((word) => word === 'true');

/** A number in a query. `Number` alone takes nothing for 0, and has more forms than clients would expect. */
const numberIn = (text: unknown): unknown =>
  typeof text === 'string' && /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text;

/** The query of a prediction. */
export const predictQuery = z.strictObject({
  invert: z
    .enum(['auto', 'yes', 'no'])
    .optional()
    .describe(
      'Swap light and dark of pictures; auto if the object is darker than its background. Default: as the model says.',
    ),
  unknownBelow: z
    .preprocess(numberIn, z.number().min(0).max(1))
    .optional()
    .describe('Each answer then has `unknown`: whether its probability is less than this.'),
  unlike: flag
    .optional()
    .describe(
      'Compare each image with the training images. Default: true if the model has a description of them.',
    ),
  seen: flag.default(false).describe('Include each image as the network sees it. Default: false.'),
});
export type PredictQuery = z.output<typeof predictQuery>;

export const modelParams = z.strictObject({
  name: z.string().min(1).max(100).describe('NAME or NAME@VERSION. NAME means the last model of that name.'),
});

const value = z.int().min(0).max(255);
const base64 = z.base64();

/** The JSON body of a prediction, for its description. Bodies are checked in two steps, the first of which is `predictParts`. */
export const predictBody = z.union([
  z.strictObject({
    pictures: z.array(base64).min(1).describe('Files: PNG, JPEG or WebP, each as base64.'),
  }),
  z.strictObject({
    images: z
      .array(z.array(value))
      .min(1)
      .describe('Prepared images, each with height x width x channels values from 0 to 255, row by row.'),
  }),
]);

/**
 * The body without the members of its lists, which are checked one by one up to the first that is wrong: the schema would make
 * an issue for each of a million.
 */
export const predictParts = z.strictObject({
  pictures: z.array(z.unknown()).optional(),
  images: z.array(z.unknown()).optional(),
});

/** Whether a text is base64, as the description says. */
export const isBase64 = (text: string): boolean => base64.safeParse(text).success;

const box = z.strictObject({
  left: z.number(),
  top: z.number(),
  width: z.number(),
  height: z.number(),
});

const prediction = z.strictObject({
  source: z.string().optional().describe('The name of the file; only in answers to a multipart body.'),
  prepared: z
    .strictObject({
      width: z.int(),
      height: z.int(),
      inverted: z.boolean().describe('Light and dark were swapped.'),
      crop: box.nullable().describe('The rectangle around the object; null if the whole picture was used.'),
      nothingFound: z.boolean().describe('No object was found against the background.'),
      ground: z
        .array(value)
        .length(3)
        .nullable()
        .describe('The color behind transparent pixels; null if there are none.'),
    })
    .optional()
    .describe('How a picture was prepared; absent for prepared images.'),
  unlike: z
    .strictObject({
      score: z.number().describe('About 1 for images like the training images.'),
      limit: z.number().describe('2% of the validation images have a higher score.'),
      unlike: z.boolean().describe('Whether the score is above the limit.'),
    })
    .optional()
    .describe('The distance from the training images; absent if the model has no description of them.'),
  label: z.string().describe('The most probable class.'),
  index: z.int().min(0).describe('Its place in classNames.'),
  probabilities: z
    .array(z.number())
    .describe('One for each class, in the order of classNames; they sum to 1.'),
  unknown: z.boolean().optional().describe('Whether the probability is less than unknownBelow.'),
  seen: z
    .base64()
    .optional()
    .describe('The image as the network sees it: its bytes [height, width, channels].'),
});

const shape = z.strictObject({ height: z.int(), width: z.int(), channels: z.literal([1, 3]) });

/** The answer to a prediction. */
export const predictAnswer = z.strictObject({
  couture: z.literal(1).describe('The version of this format.'),
  model: z.string().describe('NAME or NAME@VERSION.'),
  revision: z.string().describe('Changes with the weights: the first digits of a SHA-256.'),
  classNames: z.array(z.string()),
  shape,
  predictions: z.array(prediction).min(1).describe('One for each image, in the order of the request.'),
});
export type PredictAnswer = z.output<typeof predictAnswer>;

/** The answer of GET /models. */
export const modelsAnswer = z.strictObject({
  couture: z.literal(1),
  models: z.array(
    z.strictObject({
      address: z.string().describe('NAME or NAME@VERSION: the name in the path of a request.'),
      name: z.string(),
      version: z.string().nullable(),
      isDefault: z.boolean().describe('Whether NAME alone means this model.'),
      revision: z.string(),
      loaded: z.iso.datetime(),
      classNames: z.array(z.string()),
      shape,
      unlike: z.boolean().describe('Whether the model can recognize images unlike its training images.'),
      problem: z
        .string()
        .nullable()
        .describe('Why newer files of the model could not be loaded; null if they are in use.'),
    }),
  ),
});

export type ModelsAnswer = z.output<typeof modelsAnswer>;

/** The answer of GET /healthz. */
export const healthAnswer = z.strictObject({ status: z.literal('ok') });

/** The answer of GET /readyz. */
export const readyAnswer = z.strictObject({
  status: z.enum(['ready', 'stopping']),
  models: z.array(
    z.strictObject({ address: z.string(), revision: z.string(), problem: z.string().nullable() }),
  ),
});

/** The answer to a request that is refused. */
export const errorAnswer = z.strictObject({
  error: z.strictObject({
    code: z.enum(Object.keys(refusals) as [keyof typeof refusals]),
    message: z.string().describe('What is wrong, in one sentence.'),
    hint: z.string().optional().describe('What to do.'),
    requestId: z.string().optional().describe('The id under which the log of the service has the request.'),
  }),
});
