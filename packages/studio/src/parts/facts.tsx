/** What is known of a run: the SHA-256 of its weights, and the command that trains the same ones. */

import type { ComponentChildren } from 'preact';
import { CopyButton } from './copy-button.tsx';

interface FactsProps {
  /** Undefined where the run is not finished. */
  readonly sha: string | undefined;
  /** Undefined where flags cannot express it. */
  readonly command: string | undefined;
  /** What comes before them. */
  readonly children?: ComponentChildren;
}

/** The facts of a run as a list. */
export function RunFacts({ sha, command, children }: FactsProps) {
  return (
    <dl class="facts">
      {children}
      {sha !== undefined && (
        <>
          <dt>SHA-256 of the weights</dt>
          <dd>
            <code class="sha" data-sha={sha}>
              {sha}
            </code>
          </dd>
        </>
      )}
      {command !== undefined && (
        <>
          <dt>The same weights on the command line</dt>
          <Command text={command} />
        </>
      )}
    </dl>
  );
}

/** A command as a fact, with a button that copies it. */
export function Command({ text }: { readonly text: string }) {
  return (
    <dd class="command">
      <code>{text}</code>
      <CopyButton text={text} />
    </dd>
  );
}
