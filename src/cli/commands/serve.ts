/** `couture serve`: answers requests over HTTP with models. */

import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { inQuotes, printable } from '../../core/printable.ts';
import type { BackendChoice } from '../../engine/names.ts';
import { type Limits, limitText, type ServeLimit, serveLimits } from '../../serve/limits.ts';
import { type LogLevel, logLevels } from '../../serve/log-levels.ts';
import type { Service } from '../../serve/service.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addWeightsOption, oneOf, wholeNumber } from '../options.ts';

/** Flags besides the limits, whose names are those of the table. */
interface ServeFlags {
  readonly port?: number;
  readonly host: string;
  readonly allowHost?: string[];
  readonly cors?: string[];
  readonly tokenFile?: string;
  readonly behindProxy?: true;
  readonly watch: boolean;
  readonly logLevel: LogLevel;
  readonly pictureThreads?: number;
  readonly drainSeconds: number;
  readonly weights: 'best' | 'last';
  readonly backend?: BackendChoice;
  readonly threads?: number;
}

/** The variable with the token. */
const TOKEN_VARIABLE = 'COUTURE_TOKEN';
const MAX_TOKEN_BYTES = 4096;
const MAX_THREADS = 64;

const help = `
A model is a run, a .safetensors model file, or a shipped model. NAME=MODEL and
NAME@VERSION=MODEL give it a name; NAME alone means the last model of that name.

Clients send POST /models/NAME/predict with a PNG, JPEG or WebP file, prepared
images as application/octet-stream, JSON, or several files as
multipart/form-data. A page to try the models is at /, the description of all
routes at /openapi.json.

A changed model file is loaded within two seconds, and SIGHUP loads all models
again. Requests in progress keep the old model. If the new file cannot be
loaded, the old model stays. SIGTERM and Ctrl-C stop the service after accepted
requests.

Only this machine can reach the service, unless --host says otherwise. Then use
a token, in a file (--token-file) or in ${TOKEN_VARIABLE}.

Examples:
  couture serve compact
  couture serve clothes@1=v1.safetensors clothes@2=v2.safetensors --port 8080
  couture serve compact --host 0.0.0.0 --allow-host models.example.org --token-file token
  curl -H 'Content-Type: image/jpeg' --data-binary @shoe.jpg \\
    http://127.0.0.1:7433/models/compact/predict`;

/** Adds the command to the program. */
export function registerServe(program: Command, context: CliContext): void {
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  const command = program
    .command('serve')
    .description(
      'Serve models over HTTP: an API for pictures and prepared images, metrics, and a page to try it.',
    )
    .argument('<model...>', 'models, each as MODEL, NAME=MODEL or NAME@VERSION=MODEL')
    .option('--port <n>', 'port; 0 for any that is free (default: 7433)', wholeNumber('--port', 0, 65_535))
    .option('--host <address>', 'address to listen at (default: 127.0.0.1, this machine alone)', '127.0.0.1')
    .option('--allow-host <name>', 'a host name under which the service answers; repeatable', several)
    .option('--cors <origin>', 'an origin whose pages may use the service, or *; repeatable', several)
    .option(
      '--token-file <file>',
      `a file with the token that requests must have (default: ${TOKEN_VARIABLE})`,
    )
    .option(
      '--behind-proxy',
      'take the address of a client from the end of X-Forwarded-For, where the one proxy adds it',
    )
    .option('--no-watch', 'load changed files only on SIGHUP')
    .option(
      '--log-level <level>',
      `${logLevels.join(', ')}; info has a line for each request (default: info)`,
      oneOf('--log-level', logLevels),
      'info',
    )
    .option(
      '--picture-threads <n>',
      'threads that decode pictures (default: one for each core)',
      wholeNumber('--picture-threads', 1, MAX_THREADS),
    )
    .option(
      '--drain-seconds <n>',
      'time between 503 at /readyz and the end, for load balancers (default: 1)',
      wholeNumber('--drain-seconds', 0, 300),
      1,
    );
  for (const limit of Object.values<ServeLimit>(serveLimits)) {
    const { flag, standard, least, most } = limit;
    command.option(
      `${flag} <n>`,
      `limit: ${limitText(limit)} (default: ${standard})`,
      wholeNumber(flag, least, most),
    );
  }
  command.configureHelp({ optionDescription: ({ description }) => description });
  addEngineOptions(addWeightsOption(command), 'cpu')
    .addHelpText('after', help)
    .action(
      async (models: string[], flags: ServeFlags) => await runServe(models, flags, command.opts(), context),
    );
}

async function runServe(
  args: readonly string[],
  flags: ServeFlags,
  all: Readonly<Record<string, unknown>>,
  context: CliContext,
): Promise<void> {
  const { signal, env } = context;
  // From the beginning: SIGHUP while the models are loaded must not stop the service.
  let service: Service | undefined;
  let wasHungUp = false;
  context.onHangUp(() => {
    if (service === undefined) wasHungUp = true;
    else void service.reload();
  });
  const { readModelRequests } = await import('../../serve/models/requests.ts');
  const models = readModelRequests(args);
  const { checkNames, checkOrigins } = await import('../../serve/http/names.ts');
  const names = checkNames(flags.allowHost ?? []);
  const origins = checkOrigins(flags.cors ?? []);
  const token = await readToken(flags, env);
  const { serveModels } = await import('../../serve/service.ts');
  const { createNodeBackend } = await import('../../platform/node/engine/backend.ts');
  const { backend: name = 'cpu', threads } = flags;
  const backend = await createNodeBackend({ backend: name, threads });
  try {
    service = await serveModels({
      ...{ models, backend, names, origins, token, env },
      ...{ weights: flags.weights, port: flags.port, host: flags.host, watch: flags.watch },
      behindProxy: flags.behindProxy ?? false,
      limits: limitsOf(all),
      pictureThreads: flags.pictureThreads ?? Math.min(MAX_THREADS, availableParallelism()),
      logLevel: flags.logLevel,
      onLog: context.out,
    });
    keepRequestsYoung();
    if (wasHungUp) void service.reload();
    try {
      for (const { address, model } of service.models.slots)
        context.err(`${address}: ${printable(model.path)}, revision ${model.revision}`);
      context.err(`The service is at ${service.url}`);
      if (token === undefined && !(await isLocal(flags.host)))
        context.err(
          `Every machine that reaches ${flags.host} can use it: there is no token. Give one with --token-file.`,
        );
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await service.close(flags.drainSeconds);
    }
  } finally {
    await backend.dispose();
  }
}

/**
 * V8 makes objects that survived a collection old ones from then on. At the beginning of a load, those of a request survive once;
 * later ones, made old, keep all young objects that they refer to, and each collection takes ten times as long
 * (docs/performance-serving.md). The flag counts from the next compilation on. It is set once the threads run: those that start
 * while flags change may fail. The process has no other work than the service.
 */
function keepRequestsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

async function isLocal(host: string): Promise<boolean> {
  const { isLoopback } = await import('../../serve/server.ts');
  return isLoopback(host);
}

/** The limits that flags change. Commander names a flag in camel case. */
function limitsOf(all: Readonly<Record<string, unknown>>): Partial<Limits> {
  const given = Object.entries<ServeLimit>(serveLimits).flatMap(([name, { flag }]) => {
    const option = flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const { [option]: value } = all;
    return typeof value === 'number' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(given);
}

/** The token of --token-file, else of the environment. Neither is ever printed. */
async function readToken({ tokenFile }: ServeFlags, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { checkToken } = await import('../../serve/http/token.ts');
  if (tokenFile === undefined) {
    const { [TOKEN_VARIABLE]: text } = env;
    return text === undefined || text === '' ? undefined : checkToken(text, TOKEN_VARIABLE);
  }
  const { readLimited } = await import('../../platform/node/files/read.ts');
  const bytes = await readLimited(tokenFile, MAX_TOKEN_BYTES);
  if (bytes === undefined)
    throw new CoutureError('usage', `There is no file ${inQuotes(tokenFile)} with a token.`, {
      hint: `Make one: openssl rand -hex 32 > ${printable(tokenFile)}`,
    });
  const { decodeText } = await import('../../core/text.ts');
  return checkToken(decodeText(bytes, tokenFile), tokenFile);
}
