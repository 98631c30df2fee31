/** The version of Couture, as package.json has it; version.test.ts holds the two together. */
export const COUTURE_VERSION = '0.1.0';
