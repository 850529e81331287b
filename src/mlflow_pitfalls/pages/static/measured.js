// What mlflow-pitfalls measured between a run and its reference, as pitfalls/comparison.json tells it.
import { runHash } from "./address.js";
import { html } from "./dom.js";
import { clean, number, seconds } from "./text.js";

const COLUMNS = 10; // drifted columns that are listed
const CERTAIN = 0.05; // adjusted p-value below which a column counts as drifted
const LONG = 500;

export function Measured({ comparison }) {
  const { before, after, scores = [], gap, times = [], drift = [], schema = [], notes = [] } = comparison;
  const drifted = drift.filter((column) => column.adjusted_p < CERTAIN).sort((one, other) => other.effect - one.effect);
  const rows = [
    ...scores.map((score) => [score.metric, estimates(score), paired(score)]),
    ...(gap ? [[`Gap in ${gap.metric}`, estimates(gap), ""]] : []),
    ...times.map((time) => [`Time of ${time.what}`, spent(time), ""]),
  ];
  const facts = [
    ["Columns that drifted", drifted.length ? columns(drifted) : drift.length ? "none" : ""],
    ["Columns", schema.map(({ kind, column }) => `${clean(column)} ${clean(kind)}`).join(", ")],
    ["Not compared", notes.map((note) => clean(note, LONG)).join(" ")],
  ].filter(([, text]) => text);
  return html`<section aria-label="Measured between two runs">
    <h3><${Name} run=${before} /> → <${Name} run=${after} /></h3>
    ${comparison.comparable === false && html`<p>They do not predict the same target: their scores say nothing of each other.</p>`}
    ${rows.length > 0 && html`<div class="scroll" role="region" aria-label="Scores, gap and times" tabindex="0"><table>
      <thead><tr><th scope="col">What</th><th scope="col">Before</th><th scope="col">After</th><th scope="col">Difference</th><th scope="col">Measured on</th></tr></thead>
      <tbody>${rows.map(([name, cells, on]) => html`<tr key=${name}>
        <th scope="row">${clean(name)}</th>${cells.map((cell) => html`<td>${cell}</td>`)}<td>${on}</td>
      </tr>`)}</tbody>
    </table></div>`}
    ${facts.length > 0 && html`<dl>${facts.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>`}
  </section>`;
}

const Name = ({ run }) => html`<a href=${runHash(run.experiment_id, run.run_id)}><bdi>${clean(run.run_name || run.run_id)}</bdi></a>`;

const estimates = ({ before, after, difference }) => [before, after, difference].map(estimate);

function estimate({ value, interval }) {
  return `${number(value)}${interval ? ` (${number(interval.low)} to ${number(interval.high)})` : ""}`;
}

const paired = ({ paired_rows: rows }) => (rows ? `${rows.toLocaleString("en")} rows that both scored` : "rows of its own, each");

function spent({ before_seconds: before, after_seconds: after, ratio }) {
  return [seconds(before), seconds(after), ratio === null || ratio === undefined ? "–" : `× ${number(ratio)} a row`];
}

function columns(drifted) {
  const named = drifted.slice(0, COLUMNS).map(({ column, effect }) => `${clean(column)} (${number(effect)})`);
  return named.join(", ") + (drifted.length > COLUMNS ? ` and ${drifted.length - COLUMNS} more` : "");
}
