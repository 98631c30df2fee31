/** The formats of `couture export`, in the order of its help. A new format is a file and a row here. */

import type { ExportFormat } from './format.ts';

export const exportFormats = [
  {
    name: 'pytorch',
    summary: 'a folder for PyTorch: model.safetensors, and model.py with the network',
    out: 'folder',
    load: async () => (await import('./pytorch.ts')).exportPytorch,
  },
  {
    name: 'onnx',
    summary: 'an ONNX file, opset 17, from prepared bytes to probabilities',
    out: '.onnx',
    load: async () => (await import('./onnx.ts')).exportOnnx,
  },
  {
    name: 'html',
    summary: 'one HTML file that opens from disk: drawing, pictures, camera and the model',
    out: '.html',
    load: async () => (await import('./html.ts')).exportHtml,
  },
  {
    name: 'esm',
    summary: 'a folder with a JavaScript module for pages, Node, Deno and Bun: model.js and its types',
    out: 'folder',
    load: async () => (await import('./esm.ts')).exportModule,
  },
  {
    name: 'hf',
    summary: "a folder for Hugging Face's Hub: the PyTorch files, config.json, README.md with the figures",
    out: 'folder',
    load: async () => (await import('./hf.ts')).exportHuggingFace,
  },
] as const satisfies readonly ExportFormat[];

/** Name of a format. */
export type ExportFormatName = (typeof exportFormats)[number]['name'];

/** The names in the order of the table. */
export const exportFormatNames: readonly ExportFormatName[] = exportFormats.map(({ name }) => name);
