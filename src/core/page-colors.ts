/** The colors of the pages that Couture writes or serves, light and dark: the report, the page of the service, the exported page. */

/** A rule of CSS that defines them as variables. */
export const pageColors = `:root {
  color-scheme: light dark;
  --paper: light-dark(#f5f5f3, #0c0e12);
  --card: light-dark(#fffffe, #14171c);
  --ink: light-dark(#1b1e24, #e9eaed);
  --soft: light-dark(#575d69, #a3aab7);
  --line: light-dark(#dfdfdc, #31363f);
  --accent: light-dark(#1f5fbf, #8cb8ff);
}
`;
