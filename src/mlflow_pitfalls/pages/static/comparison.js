// Runs beside each other: flags gained and lost, scores, and what was set differently. The oldest comes first.
import { experimentHash, hashOf, mlflowCompare, runHash } from "./address.js";
import { ARTIFACTS, checkOf } from "./catalogue.js";
import { flagRows, rowsOf } from "./differences.js";
import { html } from "./dom.js";
import { Loading } from "./loading.js";
import { Chip, Trouble, Waiting } from "./marks.js";
import { Measured } from "./measured.js";
import { getArtifacts, getRun, Refusal } from "./mlflow.js";
import { runOf } from "./runs.js";
import { MOST } from "./selection.js";
import { clean, moment, number } from "./text.js";

export class Comparison extends Loading {
  keyOf({ runs }) {
    return runs.join(" ");
  }

  async load({ runs }, signal) {
    document.title = "Compare · Pitfalls";
    const ids = [...new Set(runs)].slice(0, MOST);
    if (ids.length < 2) throw new Refusal(0, "Tick two runs or more in a list of runs.");
    const found = await Promise.all(ids.map(async (id) => runOf(await getRun(id, signal))));
    return { runs: found.sort((one, other) => one.start - other.start), measured: await measured(ids, signal) };
  }

  render(_, { found, error, all }) {
    if (error) return html`<h1>Compare</h1><${Trouble} error=${error} />`;
    if (!found) return html`<${Waiting} />`;
    const { runs, measured: comparisons } = found;
    const experiments = [...new Set(runs.map((run) => run.experiment))];
    return html`
      <nav class="crumbs" aria-label="Where this is">
        <a href=${hashOf([])}>Experiments</a>
        ${experiments.length === 1 && html` <a href=${experimentHash(experiments[0])}>Runs</a>`}
      </nav>
      <div class="heading">
        <h1>Compare ${runs.length} runs</h1>
        <a href=${mlflowCompare(experiments, runs.map((run) => run.id))}>Compare in MLflow</a>
      </div>
      <p class="filters"><label class="inline">
        <input type="checkbox" checked=${Boolean(all)} onChange=${() => this.setState({ all: !all })} /> Show what is equal, too
      </label></p>
      <${Flags} runs=${runs} all=${all} />
      ${comparisons.length > 0 && html`<h2>Measured</h2>${comparisons.map((one) => html`<${Measured} comparison=${one} />`)}`}
      <${Values} heading="Metrics" part="metrics" runs=${runs} all=${all} show=${number} />
      <${Values} heading="Parameters" part="params" runs=${runs} all=${all} show=${shown} />
      <${Values} heading="Tags" part="tags" runs=${runs} all=${all} show=${shown} />
    `;
  }
}

/** The comparisons that were stored with one of the runs, and are about two of them. */
async function measured(ids, signal) {
  const stored = await Promise.all(ids.map((id) => getArtifacts(id, ARTIFACTS.folder, [ARTIFACTS.comparison], signal)));
  return stored.flat().filter((one) => one && [one.before, one.after].every((run) => ids.includes(run?.run_id)));
}

const shown = (value) => (value === undefined ? "–" : clean(value));

function Head({ runs, first }) {
  return html`<thead><tr>
    <th scope="col">${first}</th>
    ${runs.map((run) => html`<th scope="col" key=${run.id} class="wrap">
      <a href=${runHash(run.experiment, run.id)}><bdi>${run.name}</bdi></a>
      <span class="soft small block">${moment(run.start)}</span>
    </th>`)}
  </tr></thead>`;
}

function Flags({ runs, all }) {
  const rows = flagRows(runs).filter((row) => all || row.differs);
  return html`<h2>Flags</h2>
    <div class="scroll" role="region" aria-label="Flags of the runs" tabindex="0"><table class="compare">
      <caption>${rows.length ? "Gained, lost, worse and milder are against the oldest run" : "The runs have the same flags"}</caption>
      <${Head} runs=${runs} first="Check" />
      <tbody>
        <tr><th scope="row">Worst flag</th>${runs.map((run) => html`<td><${Chip} severity=${run.severity} /></td>`)}</tr>
        ${rows.map(({ check, severities, changes }) => html`<tr key=${check}>
          <th scope="row"><span class="mono" title=${checkOf(check).summary}>${clean(check)}</span></th>
          ${severities.map((severity, place) => html`<td>
            ${severity ? html`<${Chip} severity=${severity} />` : html`<span class="soft">–</span>`}
            ${changes[place] && html` <span class=${`change ${changes[place]}`}>${changes[place]}</span>`}
          </td>`)}
        </tr>`)}
      </tbody>
    </table></div>`;
}

function Values({ heading, part, runs, all, show }) {
  const rows = rowsOf(runs, part);
  const kept = rows.filter((row) => all || row.differs);
  if (!rows.length) return null;
  if (!kept.length) return html`<h2>${heading}</h2><p class="soft">All ${rows.length} are equal.</p>`;
  return html`<h2>${heading}</h2>
    <div class="scroll" role="region" aria-label=${heading} tabindex="0"><table class="compare">
      <${Head} runs=${runs} first="Name" />
      <tbody>
        ${kept.map(({ key, values, differs }) => html`<tr key=${key} class=${differs ? "" : "equal"}>
          <th scope="row"><bdi>${clean(key)}</bdi></th>
          ${values.map((value) => html`<td class="wrap"><bdi>${show(value)}</bdi></td>`)}
        </tr>`)}
      </tbody>
    </table></div>`;
}
