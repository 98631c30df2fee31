/** How much the service logs. Apart from the log itself, so that help stays fast. */

export const logLevels = ['info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
