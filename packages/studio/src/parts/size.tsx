/** What the setup comes to: parameters, arithmetic, the time of an epoch on this device, and what the recipe reached. */

import { recipes } from '@couture/core';
import { summarize } from 'couture/model';
import { count, duration, percent } from '../format.ts';
import { resolved, setup, speed } from '../state.ts';

/** Multiply-adds as people say them: `1.2 billion`. */
function short(value: number): string {
  if (value >= 1e12) return `${(value / 1e12).toFixed(1)} trillion`;
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} billion`;
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)} million` : count(value);
}

/** The sentences; nothing while something is invalid. */
export function Size() {
  const { value } = resolved;
  if (!('config' in value)) return null;
  const { model, settings: all } = value.config;
  const { parameters, macsPerImage } = summarize(model);
  const { recipe, settings } = setup.value;
  const published = recipe === null || Object.keys(settings).length > 0 ? null : recipes[recipe].published;
  const measured = speed.value;
  return (
    <p class="size">
      <strong>{count(parameters)}</strong> parameters, {short(macsPerImage)} multiply-adds an image.
      {measured !== undefined && (
        <span class="estimate">
          {' '}
          On this device about <strong>{seconds(measured.epochSeconds)}</strong> an epoch,{' '}
          {duration(measured.epochSeconds * all.epochs)} for {all.epochs}.
        </span>
      )}
      {published !== null && <> Published accuracy: {percent(published)}.</>}
    </p>
  );
}

function seconds(value: number): string {
  if (value < 0.01) return 'less than 0.01 s';
  return value < 10 ? `${value.toFixed(value < 1 ? 2 : 1)} s` : duration(value);
}
