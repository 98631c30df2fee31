/** Numbers as text, as the figures write them. */

/** `91.88%` */
export function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)}%`;
}

/** `60,000`; the browser's own formats take 18 ms to set up, in the first task of the page. */
export function count(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 image`, `2 images` */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `8 s`, `2 min 5 s`, `1 h 4 min`; `less than 1 s` where something took hardly any time. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 0.5) return 'less than 1 s';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
