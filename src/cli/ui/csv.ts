/** Tables as CSV (RFC 4180): comma-separated, records end with CRLF, a field is quoted if necessary. */

import type { Prediction } from '../../use/predictor.ts';

/** One record, without its line end. */
export function csvRecord(fields: readonly (string | number | boolean)[]): string {
  return fields.map((field) => csvField(String(field))).join(',');
}

function csvField(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The column names of `predictionRecord`, with unambiguous names for the columns of classes. */
export function predictionHeader(classNames: readonly string[]): string {
  const classes = classNames.map((name) => `probability of ${name}`);
  return csvRecord(['source', 'label', 'probability', ...classes, 'unknown']);
}

/**
 * One image: the label and its probability, that of every class, and whether it is unknown; empty without
 * rejection.
 */
export function predictionRecord(
  source: string,
  { label, index, probabilities, unknown }: Prediction,
): string {
  return csvRecord([source, label, probabilities[index], ...probabilities, unknown ?? '']);
}
