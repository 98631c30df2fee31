/** Modules that the build makes. */

declare module 'virtual:couture-theme' {
  /** 65 colors of signed values from -1 to 1. */
  export const diverging: readonly string[];
  /** A color for each class, on light and on dark paper; with more classes they repeat. */
  export const classColors: readonly { readonly light: string; readonly dark: string }[];
}
declare module 'virtual:couture-theme.css';
declare module '*.css';
declare module '*.safetensors?url' {
  const address: string;
  export default address;
}
