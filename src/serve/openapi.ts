/** The description of the service as OpenAPI 3.1, made of the schemas that check requests, and of the table of errors. */

import * as z from 'zod';
import { COUTURE_VERSION } from '../core/version.ts';
import { bodyTypes, OCTETS } from './http/inputs.ts';
import { type RefusalCode, refusals } from './refusals.ts';
import {
  errorAnswer,
  healthAnswer,
  modelParams,
  modelsAnswer,
  predictAnswer,
  predictBody,
  predictQuery,
  readyAnswer,
} from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

const schemas = {
  Prediction: predictAnswer,
  PredictionBody: predictBody,
  Models: modelsAnswer,
  Health: healthAnswer,
  Readiness: readyAnswer,
  Error: errorAnswer,
};

/** Errors of every route, and those of the routes that take a body. */
const everywhere: readonly RefusalCode[] = [
  ...([
    'bad_request',
    'foreign_origin',
    'wrong_host',
    'rate_limited',
    'headers_too_large',
    'failed',
  ] as const),
  'slow_request',
];
const withToken: readonly RefusalCode[] = ['unauthorized'];
/** Errors of routes that a service which is full refuses. */
const whenFull: readonly RefusalCode[] = ['body_too_large', 'too_many_requests', 'overloaded'];
const ofPrediction: readonly RefusalCode[] = [
  ...(['not_found', 'too_many_images', 'unsupported_type', 'unreadable_image', 'image_too_large'] as const),
  ...(['slow_image', 'wrong_size', 'timed_out'] as const),
];

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

const ref = (name: keyof typeof schemas): Json => ({ $ref: `#/components/schemas/${name}` });

const json = (name: keyof typeof schemas): Json => ({ 'application/json': { schema: ref(name) } });

/** Query and path parameters of an object's fields. */
function parameters(schema: z.ZodObject, place: 'query' | 'path'): Json[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    ...{ name, in: place, required: place === 'path' || required.includes(name), description, schema: rest },
  }));
}

/** The answers of a route that refuses with some errors: one for each status. */
function errorsOf(codes: readonly RefusalCode[]): Json {
  const statuses = [...new Set(codes.map((code) => refusals[code].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const own = codes.filter((code) => refusals[code].status === status);
      const description = own.map((code) => `\`${code}\`: ${refusals[code].when}.`).join(' ');
      const again = status === 429 || status === 503;
      const headers = { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds to wait.' } };
      return [String(status), { description, ...(again && { headers }), content: json('Error') }];
    }),
  );
}

function bodies(): Json {
  const file = { type: 'string', format: 'binary' };
  const formSchema = {
    type: 'object',
    additionalProperties: { oneOf: [file, { type: 'array', items: file }] },
  };
  return Object.fromEntries(
    Object.entries(bodyTypes).map(([type, description]) => {
      if (type === 'application/json') return [type, { schema: ref('PredictionBody') }];
      if (type === 'multipart/form-data') return [type, { schema: { ...formSchema, description } }];
      const schema = type === OCTETS ? { ...file, description } : { contentMediaType: type, description };
      return [type, { schema }];
    }),
  );
}

const ok = (description: string, content: Json): Json => ({ '200': { description, content } });
const text = (type: string): Json => ({ [type]: { schema: { type: 'string' } } });

/** The description of a service, which may need a token. */
export function openApi({ token }: { readonly token: boolean }): Json {
  const get = (summary: string, content: Json, { open = false, light = false, more = {} } = {}): Json => ({
    get: {
      summary,
      ...(token && open && { security: [] }),
      responses: {
        ...ok('The answer.', content),
        ...errorsOf([...everywhere, ...(open ? [] : withToken), ...(light ? [] : whenFull)]),
        ...more,
      },
    },
  });
  const stopping = { '503': { description: 'The service is stopping.', content: json('Readiness') } };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Couture',
      version: COUTURE_VERSION,
      description: 'Classifies images by the models of this service.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    ...(token && { security: [{ token: [] }] }),
    paths: {
      '/models/{name}/predict': {
        post: {
          summary: 'Classify images',
          parameters: [...parameters(modelParams, 'path'), ...parameters(predictQuery, 'query')],
          requestBody: { required: true, content: bodies() },
          responses: {
            ...ok(
              'The predictions. With `Accept: application/octet-stream`, the probabilities alone: float32, lower bytes first, for each image one for each class.',
              { ...json('Prediction'), [OCTETS]: { schema: { type: 'string', format: 'binary' } } },
            ),
            ...errorsOf([...everywhere, ...withToken, ...whenFull, ...ofPrediction]),
          },
        },
      },
      '/models': get('The models', json('Models')),
      '/healthz': get('Whether the process answers', json('Health'), { open: true, light: true }),
      '/readyz': get('Whether the service accepts requests', json('Readiness'), {
        ...{ open: true, light: true },
        more: stopping,
      }),
      '/metrics': get('Metrics for Prometheus', text('text/plain'), { light: true }),
      '/openapi.json': get(
        'This description',
        { 'application/json': { schema: { type: 'object' } } },
        { open: true },
      ),
    },
    components: {
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [
          name,
          schemaOf(schema, name === 'PredictionBody' ? 'input' : 'output'),
        ]),
      ),
      ...(token && { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }),
    },
  };
}
