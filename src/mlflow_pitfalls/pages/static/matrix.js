// The table of runs × checks, and the bar that compares the ticked runs.
import { checkHash, compareHash, experimentHash, mlflowRun, runHash } from "./address.js";
import { checkOf } from "./catalogue.js";
import { Component, html } from "./dom.js";
import { Cell, Chip } from "./marks.js";
import { COLUMNS, settled, sorted } from "./query.js";
import { MOST, selection } from "./selection.js";
import { clean, counted, moment, number, seconds } from "./text.js";

export class Matrix extends Component {
  componentDidMount() {
    this.stop = selection.watch(() => this.forceUpdate());
  }

  componentWillUnmount() {
    this.stop();
  }

  render({ runs, checks, experiment, options, busy }) {
    return html`
      <${CompareBar} />
      <div class="scroll tall" role="region" aria-label="Runs and their flags" tabindex="0" aria-busy=${busy}>
        <table class="matrix">
          <caption>
            Runs and their flags: <span class="cell high">H</span> high, <span class="cell medium">M</span> medium,${" "}
            <span class="cell low">L</span> low. Only checks that flag one of these runs have a column.
          </caption>
          <thead>
            <tr>
              <th scope="col" class="tick"><span class="unseen">Compare</span></th>
              ${COLUMNS.map((column) => html`<${SortHeading} column=${column} experiment=${experiment} options=${options} />`)}
              ${checks.map((name) => html`<${CheckHeading} name=${name} experiment=${experiment} />`)}
              <th scope="col"><span class="unseen">In MLflow</span></th>
            </tr>
          </thead>
          <tbody>
            ${runs.map((run) => html`<${Row} key=${run.id} run=${run} checks=${checks} />`)}
          </tbody>
        </table>
      </div>
    `;
  }
}

function SortHeading({ column, experiment, options }) {
  const { sort, down } = settled(options);
  const here = sort.key === column.key;
  const side = column.metric ? "n" : column.key === "name" ? "name" : "";
  return html`<th scope="col" class=${side} aria-sort=${here ? (down ? "descending" : "ascending") : undefined}>
    <a class="sort" href=${experimentHash(experiment, sorted(options, column))}>
      ${column.heading}<span aria-hidden="true">${here ? (down ? " ↓" : " ↑") : ""}</span>
    </a>
  </th>`;
}

function CheckHeading({ name, experiment }) {
  return html`<th scope="col" class="check">
    <a href=${checkHash(experiment, name)} title=${checkOf(name).summary}><span>${clean(name)}</span></a>
  </th>`;
}

function Row({ run, checks }) {
  const on = selection.has(run.id);
  return html`<tr class=${on ? "on" : ""}>
    <td class="tick">
      <input type="checkbox" aria-label=${`Compare ${run.name}`} checked=${on} disabled=${!on && selection.full()}
        onChange=${() => selection.toggle(run)} />
    </td>
    <th scope="row" class="name"><a href=${runHash(run.experiment, run.id)} title=${run.name}><bdi>${run.name}</bdi></a></th>
    <td>${moment(run.start)}</td>
    <td><${Chip} severity=${run.severity} /></td>
    ${COLUMNS.filter((column) => column.metric).map(({ key, metric }) => html`<td class="n">
      ${key === "fit" ? seconds(run.metrics[metric]) : number(run.metrics[metric])}
    </td>`)}
    ${checks.map((name) => (run.flags[name] ? html`<${Cell} severity=${run.flags[name]} />` : html`<td class="cell"></td>`))}
    <td><a href=${mlflowRun(run.experiment, run.id)} aria-label=${`${run.name} in MLflow`}>MLflow</a></td>
  </tr>`;
}

function CompareBar() {
  const ids = selection.ids();
  if (!ids.length) return html`<p class="soft small">Tick two runs or more to compare them.</p>`;
  return html`<div class="bar" role="group" aria-label="Ticked runs">
    <span role="status">${counted(ids.length, "run")} ticked${ids.length === MOST ? ", no more fit" : ""}</span>
    ${ids.length > 1 && html`<a class="button strong" href=${compareHash(ids)}>Compare</a>`}
    <button type="button" onClick=${() => selection.clear()}>Untick all</button>
  </div>`;
}
