/**
 * TypeScript for the kernels' signatures, from the declarations that AssemblyScript makes of them: each kernel as a function
 * of its arguments by name, so that a wrong order or a missing argument does not compile.
 */

/** One kernel as the compiler sees it. */
export interface Signature {
  readonly name: string;
  /** The file of kernels/ that has it. */
  readonly file: string;
  readonly parameters: readonly { readonly name: string; readonly type: 'number' | 'boolean' }[];
  readonly result: 'void' | 'number';
}

/** What a kernel that works through units takes last. */
const UNITS = ['begin', 'end'] as const;

/**
 * The exported functions of a declaration file that `asc --bindings raw` wrote.
 * @throws Error when one is not understood
 */
export function readSignatures(declarations: string): Signature[] {
  const exported = [...declarations.matchAll(/^ *export function .*$/gm)];
  const signatures = [
    ...declarations.matchAll(
      /^ *\* kernels\/([\w-]+)\/\w+\n(?: *\*.*\n)* *export function (\w+)\((.*)\): (void|number);$/gm,
    ),
  ].map(([, file, name, parameters, result]) => ({
    name,
    file: `${file}.ts`,
    parameters: parameters.split(', ').map(readParameter),
    result: result === 'number' ? ('number' as const) : ('void' as const),
  }));
  if (signatures.length > 0 && signatures.length === exported.length) return signatures;
  throw new Error(
    `Of ${exported.length} kernels only ${signatures.length} could be read from the declarations.`,
  );
}

function readParameter(text: string): Signature['parameters'][number] {
  const [name, type] = text.split(': ');
  if (type === 'number' || type === 'boolean') return { name, type };
  throw new Error(`A kernel takes a parameter "${text}": expected a number or a boolean.`);
}

/** The part of kernels.generated.ts that is code. */
export function kernelCalls(signatures: readonly Signature[]): string {
  const many = signatures.filter(({ parameters }) => parameters.length > 1);
  return [
    ...many.map(argumentsInterface),
    '/** A range of the units that a kernel works through, the end left out. */',
    'export interface Units {\n  readonly begin: number;\n  readonly end: number;\n}\n',
    '/** One instance of the kernels; what has one argument takes it as it is. */',
    `export interface Kernels {\n${signatures.map(member).join('')}}\n`,
    '/** The exports as they are: arguments by their places. */',
    'type RawKernels = Readonly<Record<keyof Kernels, (...values: number[]) => number>>;\n',
    '/** The kernels of an instance of one of these modules. */',
    'export function bindKernels(exports: WebAssembly.Exports): Kernels {',
    '  // The modules are our own, built with this file: their exports are these.',
    '  const raw = exports as unknown as RawKernels;',
    `  return {\n${signatures.map(binding).join('')}  };\n}\n`,
  ].join('\n');
}

/** The parameters that are given by name. */
function named({ parameters }: Signature): Signature['parameters'] {
  return hasUnits(parameters) ? parameters.slice(0, -UNITS.length) : parameters;
}

function hasUnits(parameters: Signature['parameters']): boolean {
  return UNITS.every((name, i) => parameters.at(i - UNITS.length)?.name === name);
}

function argumentsInterface(signature: Signature): string {
  const lines = named(signature).map(({ name, type }) => `  readonly ${name}: ${type};\n`);
  return (
    `/** Arguments of \`${signature.name}\`: kernels/${signature.file} says what they are. */\n` +
    `export interface ${argumentsName(signature)} {\n${lines.join('')}}\n`
  );
}

function argumentsName({ name }: Signature): string {
  return `${name[0].toUpperCase()}${name.slice(1)}Arguments`;
}

function member(signature: Signature): string {
  const { name, parameters, result } = signature;
  const [first] = parameters;
  const taken =
    parameters.length === 1
      ? `${first.name}: ${first.type}`
      : `args: ${argumentsName(signature)}${hasUnits(parameters) ? ', units: Units' : ''}`;
  return `  readonly ${name}: (${taken}) => ${result};\n`;
}

function binding({ name, parameters }: Signature): string {
  if (parameters.length === 1) {
    const [first] = parameters;
    return `    ${name}: (${first.name}) => raw.${name}(${passed(first, first.name)}),\n`;
  }
  const units = hasUnits(parameters);
  const values = parameters.map((parameter, i) =>
    passed(
      parameter,
      `${units && i >= parameters.length - UNITS.length ? 'units' : 'args'}.${parameter.name}`,
    ),
  );
  const taken = units ? '(args, units)' : '(args)';
  return `    ${name}: ${taken} =>\n      raw.${name}(${values.join(', ')}),\n`;
}

function passed({ type }: Signature['parameters'][number], value: string): string {
  return type === 'boolean' ? `${value} ? 1 : 0` : value;
}
