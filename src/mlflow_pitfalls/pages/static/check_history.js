// One check over the runs of an experiment: when it flagged, and how badly.
import { experimentHash, hashOf, runHash } from "./address.js";
import { checkOf, GROUPS } from "./catalogue.js";
import { Chart } from "./chart.js";
import { html } from "./dom.js";
import { lengthOf, loadHistory } from "./history.js";
import { Lengths } from "./lengths.js";
import { Loading } from "./loading.js";
import { Chip, Trouble, Waiting } from "./marks.js";
import { rank } from "./runs.js";
import { clean, counted, moment } from "./text.js";

const WORDS = ["no flag", "low", "medium", "high"];
const LISTED = 100; // flagged runs in the table
const RANGE = [-0.3, 3.3];

export class CheckHistory extends Loading {
  keyOf({ experiment, options }) {
    return `${experiment} ${lengthOf(options)}`;
  }

  async load({ experiment, check, options }, signal) {
    document.title = `${check} · Pitfalls`;
    return loadHistory(experiment, lengthOf(options), signal);
  }

  render({ experiment, check, options }, { found, error, busy }) {
    const { summary, group } = checkOf(check);
    return html`
      <nav class="crumbs" aria-label="Where this is">
        <a href=${hashOf([])}>Experiments</a> <a href=${experimentHash(experiment)}>Runs</a>
      </nav>
      <div class="heading">
        <h1 class="mono">${clean(check)}</h1>
        <a href=${experimentHash(experiment, { check })}>Runs that it flags</a>
      </div>
      <p>${summary || "This version does not know the check."} <span class="soft">${GROUPS[group] ?? ""}</span></p>
      <${Lengths} length=${lengthOf(options)} at=${(length) => hashOf(["experiments", experiment, "checks", check], { length })} />
      ${error && html`<${Trouble} error=${error} />`}
      ${!found && busy && html`<${Waiting} />`}
      ${found && !error && html`<${Story} ...${found} check=${check} />`}
    `;
  }
}

function Story({ runs, more, check }) {
  const flagged = runs.filter((run) => run.flags[check]);
  const said = `Flagged in ${flagged.length} of the ${more ? "newest " : ""}${counted(runs.length, "judged run")}.`;
  if (!runs.length) return html`<p>No judged run yet.</p>`;
  const values = runs.map((run) => rank(run.flags[check] ?? "none"));
  const series = [{ label: "Severity", colour: "held", values, points: true }];
  return html`
    <p role="status">${said}</p>
    <${Chart} title="Severity by run, oldest first" said=${said} runs=${runs} series=${series} range=${RANGE}
      show=${(value) => WORDS[value] ?? ""} />
    ${flagged.length > 0 && html`<div class="scroll" role="region" aria-label="Flagged runs" tabindex="0"><table>
      <caption>The newest ${counted(Math.min(LISTED, flagged.length), "flagged run")}</caption>
      <thead><tr><th scope="col">Run</th><th scope="col">Started</th><th scope="col">Severity</th></tr></thead>
      <tbody>
        ${flagged.slice(-LISTED).reverse().map((run) => html`<tr key=${run.id}>
          <th scope="row"><a href=${runHash(run.experiment, run.id)}><bdi>${run.name}</bdi></a></th>
          <td>${moment(run.start)}</td>
          <td><${Chip} severity=${run.flags[check]} /></td>
        </tr>`)}
      </tbody>
    </table></div>`}
  `;
}
