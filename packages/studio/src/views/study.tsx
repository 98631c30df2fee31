/** One study: its best trials, its figures, and how to go on here and on the command line. */

import { ArrowLeft, FileText, SlidersHorizontal } from 'lucide-preact';
import { useEffect, useRef } from 'preact/hooks';
import { closeStudy, imagesOf, useTrial as takeTrial } from '../actions.ts';
import { request } from '../client.ts';
import { Command } from '../parts/facts.tsx';
import { Figure } from '../parts/figure.tsx';
import { Job } from '../parts/job.tsx';
import { Problem } from '../parts/problem.tsx';
import { statesText } from '../parts/study-list.tsx';
import type { StoredStudy, StudyDetails } from '../protocol-studies.ts';
import { makeStudyReport } from '../see-actions.ts';
import { jobs } from '../see-state.ts';
import { problems, set, studyDetails } from '../state.ts';

/** The view. */
export function StudyPanel({ study }: { readonly study: StoredStudy }) {
  const { name } = study;
  const details = studyDetails.value?.name === study.glance?.name ? studyDetails.value : undefined;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.closest('.view')?.scrollTo(0, 0);
    heading.current?.focus();
    // However the person leaves: in the list, the row of the study is the place to go on.
    return () => {
      setTimeout(() => document.getElementById(`study-${name}`)?.focus());
    };
  }, [name]);
  return (
    <>
      <div class="row between">
        <button type="button" onClick={closeStudy}>
          <ArrowLeft size={16} aria-hidden="true" /> Runs and studies
        </button>
        <button
          type="button"
          disabled={jobs.value.report !== undefined || details === undefined}
          onClick={() => void makeStudyReport(name)}
        >
          <FileText size={16} aria-hidden="true" /> Report
        </button>
      </div>
      <Job name="report" />
      <section class="card study-card" aria-label={`Study ${name}`}>
        <h2 ref={heading} tabIndex={-1}>
          {name}
          <span>
            {study.glance !== undefined && `${statesText(study.glance)}. `}
            {study.holder !== null && `In use by ${study.holder}. `}
            Last change {new Date(study.modified).toLocaleString()}.
          </span>
        </h2>
        {details === undefined ? <p role="status">Loading</p> : <Winner study={details} />}
      </section>
      {details !== undefined && (
        <>
          <BestTrials study={details} />
          <Commands study={details} isInUse={study.holder !== null} />
          <Figures study={details} />
          <Searched study={details} />
        </>
      )}
    </>
  );
}

function Winner({ study }: { readonly study: StudyDetails }) {
  const { best, objective } = study;
  if (best === undefined) return <p class="hint">No trial is complete yet.</p>;
  return (
    <>
      <p class="winner">
        <strong>{best.value}</strong> {objective} of trial {best.number}, the best one
      </p>
      <p class="hint">
        The trial was chosen by this value, so the value is a little better than that of the same settings
        with another seed.
      </p>
      <OtherImages study={study} />
      <div class="row">
        <button type="button" class="primary" onClick={() => void takeTrial(best.number)}>
          <SlidersHorizontal size={16} aria-hidden="true" /> Use the settings of trial {best.number}
        </button>
      </div>
    </>
  );
}

/** Where the study searched on other images than those at hand: what happens with them. */
function OtherImages({ study }: { readonly study: StudyDetails }) {
  const place = imagesOf(study);
  if (place === 'here') return null;
  const { name } = study.dataset;
  const own = set.value?.info.name ?? 'none';
  return (
    <>
      <p class={place === 'missing' ? 'problem' : 'note'}>
        {place === 'missing'
          ? `The study searched on the images ${name}, and the images in this page are ${own}. To train the trial on the same images, import ${name} under Data first.`
          : `The study searched on the images ${name}. Its settings are taken together with these images.`}
      </p>
      <Problem problem={problems.value.data} />
    </>
  );
}

function Figures({ study }: { readonly study: StudyDetails }) {
  const { name, figures, states, reports } = study;
  const ended = states.complete + states.pruned + states.failed;
  if (figures.length === 0)
    return <p class="note">The figures begin when the first trial has reported an epoch.</p>;
  return figures.map((figure) => (
    <div class="study-figure" key={figure.name}>
      <Figure
        // Only the learning curves change before a trial has ended.
        of={`${name} ${ended} ${figure.name === 'search-curves' ? reports : ''}`}
        draw={async (_, { width = 640, theme }) =>
          await request('study-figure', { study: name, figure: figure.name, width, theme })
        }
      />
      <p class="hint">{figure.reading}</p>
    </div>
  ));
}

function BestTrials({ study: { heads, ranked } }: { readonly study: StudyDetails }) {
  if (ranked.length === 0) return null;
  return (
    <section class="card" aria-label="Best trials">
      <h2>Best trials</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
      <section class="scroll" aria-label="Settings of the best trials" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">trial</th>
              <th scope="col">
                <span class="unseen">action</span>
              </th>
              {heads.map((head) => (
                <th scope="col" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ranked.map(({ number, cells }) => (
              <tr key={number}>
                <th scope="row">{number}</th>
                <td>
                  <button
                    type="button"
                    class="quiet use-trial"
                    aria-label={`Use the settings of trial ${number}, from the table`}
                    onClick={() => void takeTrial(number)}
                  >
                    Use
                  </button>
                </td>
                {cells.map((cell, i) => (
                  <td key={heads[i]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Commands({
  study: { commands },
  isInUse,
}: {
  readonly study: StudyDetails;
  readonly isInUse: boolean;
}) {
  return (
    <section class="card" aria-label="On the command line">
      <h2>
        On the command line
        {isInUse && (
          <span>A process works on the study now. It can be continued when that process has ended.</span>
        )}
      </h2>
      <dl class="facts">
        {commands.map(({ kind, purpose, command }) => (
          <div key={kind}>
            <dt>{purpose[0].toUpperCase() + purpose.slice(1)}</dt>
            <Command text={command} />
          </div>
        ))}
      </dl>
    </section>
  );
}

function Searched({ study: { facts, space } }: { readonly study: StudyDetails }) {
  return (
    <details class="card kept searched">
      <summary>What was searched</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
      <section class="scroll" aria-label="The space" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">setting</th>
              <th scope="col">values</th>
              <th scope="col">only if</th>
            </tr>
          </thead>
          <tbody>
            {space.map(({ name, values, condition }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{values}</td>
                <td>{condition}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name[0].toUpperCase() + name.slice(1)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
