/**
 * Phrases that the project avoids, and what to write instead: riddles, inversions and British spellings that came up in
 * reviews. The list is short on purpose; a phrase belongs here when it has no good use in this project.
 */

/** A phrase and its replacement. */
interface Phrase {
  readonly pattern: RegExp;
  readonly better: string;
}

const phrase = (pattern: RegExp, better: string): Phrase => ({ pattern, better });

/** A spelling at the beginning of words. */
const british = (stem: string, american: string): Phrase =>
  phrase(new RegExp(String.raw`\b${stem}`, 'i'), american);

export const phrases: readonly Phrase[] = [
  phrase(/\bcould not be had\b|\bcannot be had\b|\bcan be had\b/i, 'could not get X; is not available'),
  phrase(/\bby commas\b/i, 'comma-separated'),
  phrase(/\bone['’]s own\b/i, 'your own; custom'),
  phrase(/\bwhat of\b/i, 'a plain question or statement'),
  phrase(/, which it is\b/i, '(correct)'),
  phrase(/\bwere it to\b/i, 'if it'),
  phrase(/\bsays? of (itself|themselves)\b/i, 'description; contents'),
  phrase(/\b(is|are) there twice\b/i, 'appears twice'),
  phrase(/\bpassed over\b/i, 'skipped'),
  phrase(/\bcut short\b/i, 'truncated'),
  phrase(/\bstands? behind\b/i, 'comes after; follows'),
  phrase(/\bin place of\b/i, 'instead of'),
  phrase(/\banew\b/i, 'again'),
  phrase(/\btells? of\b/i, 'lists; reports'),
  phrase(/(?<!\bthere )\bis no (?!longer\b|more\b|such\b|\w+ (left|here|there)\b)\w+[.,;]/i, 'is not a'),
  phrase(/\btakes? away\b/i, 'lowers; removes'),
  phrase(/\bto be rid of\b/i, 'remove'),
  phrase(/\blikely wrong\b/i, 'probably wrong'),
  british('(colou?r)(?<=colour)', 'color'),
  british('grey', 'gray'),
  british('behaviour', 'behavior'),
  british('neighbour', 'neighbor'),
  british('favour', 'favor'),
  british('centre', 'center'),
  british('label(led|ling)\\b', 'labeled, labeling'),
  british('learnt\\b', 'learned'),
  british('licence', 'license'),
  british(
    '(normal|recogn|initial|optim|regular|general|serial|quant|summar|minim|maxim|organ|categor)is(e|es|ed|ing|ation)\\b',
    '-ize',
  ),
];

/** The phrases in a text, also across the line breaks of a comment or a paragraph. */
export function findPhrases(text: string): string[] {
  const flat = text.replaceAll(/\s*\n\s*(?:\*(?!\/)|\/\/)?\s*/g, ' ');
  return phrases.flatMap(({ pattern, better }) => {
    const found = pattern.exec(flat);
    if (found === null) return [];
    const around = flat.slice(Math.max(0, found.index - 30), found.index + found[0].length + 30);
    return [`"${found[0]}" in "${around}": write ${better}`];
  });
}
