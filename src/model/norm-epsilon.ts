/** What BatchNorm1d and LayerNorm add to a variance, as in torch.nn. */
export const NORM_EPSILON = 1e-5;
