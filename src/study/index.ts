/** Studies of `couture tune`: their file study.json, read and described (`couture/study`). Runs in a page as well. */

export type { SpaceRow } from '../figures/search/space-words.ts';
export { decodeStudy } from './decode.ts';
export {
  describeStudy,
  glanceAtStudy,
  type RankedTrial,
  type StudyCommand,
  type StudyDescription,
  type StudyGlance,
} from './describe.ts';
export type { StoredTrial, Study, StudyPlan } from './study.ts';
