// Scores, gap and time over the runs of an experiment.
import { experimentHash, hashOf, runHash } from "./address.js";
import { Chart } from "./chart.js";
import { html } from "./dom.js";
import { lengthOf, loadHistory } from "./history.js";
import { Lengths } from "./lengths.js";
import { Loading } from "./loading.js";
import { Trouble, Waiting } from "./marks.js";
import { DUMMY_SCORE, FIT_SECONDS, GAP, SCORE, TRAIN_SCORE } from "./runs.js";
import { clean, counted, moment, number, seconds } from "./text.js";

const PICTURES = [
  {
    title: "Score of the primary metric",
    show: number,
    series: [
      { label: "train", colour: "train", metric: TRAIN_SCORE },
      { label: "test", colour: "held", metric: SCORE },
      { label: "dummy", colour: "dummy", metric: DUMMY_SCORE },
    ],
  },
  { title: "Gap: train − test", show: number, series: [{ label: "gap", colour: "held", metric: GAP }] },
  { title: "Time of the fit", show: seconds, series: [{ label: "fit", colour: "train", metric: FIT_SECONDS }] },
];
const COLUMNS = PICTURES.flatMap(({ show, series }) => series.map((one) => ({ ...one, show })));

export class Trends extends Loading {
  keyOf({ experiment, options }) {
    return `${experiment} ${lengthOf(options)}`;
  }

  async load({ experiment, options }, signal) {
    document.title = "Trends · Pitfalls";
    return loadHistory(experiment, lengthOf(options), signal);
  }

  render({ experiment, options }, { found, error, busy }) {
    return html`
      <nav class="crumbs" aria-label="Where this is">
        <a href=${hashOf([])}>Experiments</a> <a href=${experimentHash(experiment)}>Runs</a>
      </nav>
      <h1>Trends</h1>
      <${Lengths} length=${lengthOf(options)} at=${(length) => hashOf(["experiments", experiment, "trends"], { length })} />
      ${error && html`<${Trouble} error=${error} />`}
      ${!found && busy && html`<${Waiting} />`}
      ${found && !error && html`<${Pictures} ...${found} experiment=${experiment} options=${options} />`}
    `;
  }
}

function Pictures({ runs: all, more, experiment, options }) {
  if (!all.length) return html`<p>No judged run yet.</p>`;
  const metrics = metricsOf(all);
  const metric = metrics.includes(options.metric) ? options.metric : metrics[0];
  const runs = all.filter((run) => run.scored === metric || !run.scored);
  const change = (event) => {
    location.hash = hashOf(["experiments", experiment, "trends"], { ...options, metric: event.currentTarget.value });
  };
  return html`
    ${metrics.length > 1 && html`<p class="filters"><label>Runs scored by
      <select onChange=${change}>
        ${metrics.map((one) => html`<option key=${one} value=${one} selected=${one === metric}>${clean(one)}</option>`)}
      </select>
    </label></p>`}
    <p role="status">${more ? "Of the newest runs, " : ""}${counted(runs.length, "judged run")}, oldest first. A click in a picture opens the run.</p>
    ${PICTURES.map((picture) => html`<${Picture} key=${picture.title} ...${picture} runs=${runs} />`)}
    <details>
      <summary>The numbers</summary>
      <${Numbers} runs=${runs} />
    </details>
  `;
}

/** The metrics that runs were scored by, the commonest first: scores in different ones belong in no one picture. */
function metricsOf(runs) {
  const counts = new Map();
  for (const { scored } of runs) if (scored) counts.set(scored, (counts.get(scored) ?? 0) + 1);
  return [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one));
}

function Numbers({ runs }) {
  return html`<div class="scroll tall" role="region" aria-label="The numbers of the pictures" tabindex="0"><table>
    <thead><tr><th scope="col">Run</th><th scope="col">Started</th>${COLUMNS.map(({ label }) => html`<th scope="col" class="n">${label}</th>`)}</tr></thead>
    <tbody>
      ${[...runs].reverse().map((run) => html`<tr key=${run.id}>
        <th scope="row"><a href=${runHash(run.experiment, run.id)}><bdi>${run.name}</bdi></a></th>
        <td>${moment(run.start)}</td>
        ${COLUMNS.map(({ metric, show }) => html`<td class="n">${show(run.metrics[metric])}</td>`)}
      </tr>`)}
    </tbody>
  </table></div>`;
}

function Picture({ title, show, series, runs }) {
  const drawn = series.map((one) => ({ ...one, values: runs.map((run) => run.metrics[one.metric]) }));
  const said = drawn.map(({ label, values }) => `${label}: ${spread(values, show)}`).join("; ");
  return html`<${Chart} title=${title} said=${said} show=${show} series=${drawn} runs=${runs} />`;
}

function spread(values, show) {
  const known = values.filter(Number.isFinite);
  if (!known.length) return "none";
  return `${show(Math.min(...known))} to ${show(Math.max(...known))}, last ${show(known.at(-1))}`;
}
