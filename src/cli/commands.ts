/** The table of commands: their place in the help, and their loaders. */

import type { Command } from 'commander';
import type { CliContext } from './context.ts';

type Register = (program: Command, context: CliContext) => void;

/** Every command in the order of the help, with its loader. */
export const commands: readonly {
  name: string;
  group: 'Start' | 'Train' | 'Look' | 'Use' | 'Research';
  summary: string;
  load: () => Promise<Register>;
}[] = [
  {
    name: 'showcase',
    group: 'Start',
    summary: 'train and evaluate both published networks, and predict one image',
    load: async () => (await import('./commands/showcase.ts')).registerShowcase,
  },
  {
    name: 'data',
    group: 'Start',
    summary: 'get, import, check, show and audit data sets',
    load: async () => (await import('./commands/data.ts')).registerData,
  },
  {
    name: 'recipes',
    group: 'Start',
    summary: 'the recipes, with their accuracy, time and command',
    load: async () => (await import('./commands/recipes.ts')).registerRecipes,
  },
  {
    name: 'studio',
    group: 'Start',
    summary: 'train, watch and question networks in the browser',
    load: async () => (await import('./commands/studio.ts')).registerStudio,
  },
  {
    name: 'checks',
    group: 'Start',
    summary: 'the engine on this machine, checked against the reference',
    load: async () => (await import('./commands/checks.ts')).registerChecks,
  },
  {
    name: 'train',
    group: 'Train',
    summary: 'train a network into a run folder, or resume a run',
    load: async () => (await import('./commands/train.ts')).registerTrain,
  },
  {
    name: 'runs',
    group: 'Train',
    summary: 'list, check and remove runs',
    load: async () => (await import('./commands/runs.ts')).registerRuns,
  },
  {
    name: 'summary',
    group: 'Train',
    summary: 'layers, shapes, parameters, memory and arithmetic of a network',
    load: async () => (await import('./commands/summary.ts')).registerSummary,
  },
  {
    name: 'lr-find',
    group: 'Train',
    summary: 'find a learning rate: a short training with a rising rate, and a plot',
    load: async () => (await import('./commands/lr-find.ts')).registerLrFind,
  },
  {
    name: 'evaluate',
    group: 'Look',
    summary: 'accuracy, loss, per-class figures and confusion matrix of a model',
    load: async () => (await import('./commands/evaluate.ts')).registerEvaluate,
  },
  {
    name: 'inspect',
    group: 'Look',
    summary: 'classes, confused pairs, calibration and dead units of a run',
    load: async () => (await import('./commands/inspect.ts')).registerInspect,
  },
  {
    name: 'report',
    group: 'Look',
    summary: 'one HTML file about a run, or several runs side by side',
    load: async () => (await import('./commands/report.ts')).registerReport,
  },
  {
    name: 'figures',
    group: 'Look',
    summary: 'the figures of a run as SVG or PNG files',
    load: async () => (await import('./commands/figures.ts')).registerFigures,
  },
  {
    name: 'compare',
    group: 'Look',
    summary: 'runs side by side: settings, results, and significance of the difference',
    load: async () => (await import('./commands/compare.ts')).registerCompare,
  },
  {
    name: 'predict',
    group: 'Use',
    summary: 'classify image files, folders, test images or standard input',
    load: async () => (await import('./commands/predict.ts')).registerPredict,
  },
  {
    name: 'serve',
    group: 'Use',
    summary: 'serve models over HTTP: an API, metrics, and a page to try it',
    load: async () => (await import('./commands/serve.ts')).registerServe,
  },
  {
    name: 'pack',
    group: 'Use',
    summary: 'pack runs into one model file, a network or an ensemble, with its model card',
    load: async () => (await import('./commands/pack.ts')).registerPack,
  },
  {
    name: 'export',
    group: 'Use',
    summary: 'write a model in the format of another program, such as PyTorch',
    load: async () => (await import('./commands/export.ts')).registerExport,
  },
  {
    name: 'import',
    group: 'Use',
    summary: 'make a model file of a network that PyTorch trained',
    load: async () => (await import('./commands/import.ts')).registerImport,
  },
  {
    name: 'models',
    group: 'Use',
    summary: 'list the pretrained models, and get those that the package does not contain',
    load: async () => (await import('./commands/models.ts')).registerModels,
  },
  {
    name: 'card',
    group: 'Use',
    summary: 'show the card of a model file: data, training, figures, limits',
    load: async () => (await import('./commands/card.ts')).registerCard,
  },
  {
    name: 'seeds',
    group: 'Research',
    summary: 'train recipes over several seeds and tabulate the results',
    load: async () => (await import('./commands/seeds.ts')).registerSeeds,
  },
  {
    name: 'ablate',
    group: 'Research',
    summary: 'train a recipe with and without each of some changes, and tabulate the differences',
    load: async () => (await import('./commands/ablate.ts')).registerAblate,
  },
  {
    name: 'tune',
    group: 'Research',
    summary: 'search settings by many trials, on one machine or on many',
    load: async () => (await import('./commands/tune.ts')).registerTune,
  },
  {
    name: 'reproduce',
    group: 'Research',
    summary: 'repeat a run and check that its weights are bit for bit the same',
    load: async () => (await import('./commands/reproduce.ts')).registerReproduce,
  },
];
