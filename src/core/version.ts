/** The version of Couture, equal to that of package.json (version.test.ts). */
export const COUTURE_VERSION = '0.1.0';
