// The list of experiments, each with the worst flags of its newest runs.
import { experimentHash, hashOf, mlflowExperiment } from "./address.js";
import { Component, html, Steady } from "./dom.js";
import { Loading } from "./loading.js";
import { Trouble, Waiting } from "./marks.js";
import { searchExperiments, searchRuns } from "./mlflow.js";
import { Pager, Tokens } from "./pager.js";
import { runOf } from "./runs.js";
import { clean, counted, moment } from "./text.js";

const SIZE = 20;
const LOOKED_AT = 50; // newest judged runs of an experiment that are counted
const AT_ONCE = 3; // experiments counted at the same time
const JUDGED = "tags.`pitfalls.severity` IS NOT NULL";
const LEVELS = ["high", "medium", "low", "none"];

export class Experiments extends Loading {
  tokens = new Tokens();

  keyOf({ options }) {
    return `${options.name ?? ""} ${options.page ?? 1}`;
  }

  async load({ options }, signal) {
    const asked = Math.max(1, Math.trunc(Number(options.page)) || 1);
    const tokens = this.tokens.of(options.name ?? "");
    const page = tokens.knows(asked) ? asked : 1;
    const answer = await searchExperiments({ name: options.name, size: SIZE, token: tokens.token(page), signal });
    tokens.learn(page, answer.next_page_token);
    return { page, more: Boolean(answer.next_page_token), experiments: answer.experiments ?? [] };
  }

  told() {
    document.title = "Experiments · Pitfalls";
  }

  render({ options }, { found, error, busy }) {
    const at = (page) => hashOf([], { name: options.name, page: page > 1 ? page : "" });
    return html`
      <h1>Experiments</h1>
      <${NameFilter} name=${options.name ?? ""} />
      ${error && html`<${Trouble} error=${error} />`}
      ${!found && busy && html`<${Waiting} />`}
      ${found && html`
        <p class="unseen" role="status">${busy ? "Loading" : counted(found.experiments.length, "experiment")}</p>
        <${Table} experiments=${found.experiments} />
        <${Pager} page=${found.page} more=${found.more} at=${at} />`}
    `;
  }
}

class NameFilter extends Steady {
  render({ name }) {
    const submit = (event) => {
      event.preventDefault();
      location.hash = hashOf([], { name: new FormData(event.target).get("name") });
    };
    return html`<form class="filters" role="search" onSubmit=${submit}>
      <label>Name contains <input type="search" name="name" value=${name} maxlength="200" /></label>
      <button>Show</button>
    </form>`;
  }
}

class Table extends Component {
  constructor(props) {
    super(props);
    this.state = { counts: {} };
  }

  componentDidMount() {
    this.count();
  }

  componentDidUpdate(before) {
    if (before.experiments !== this.props.experiments) this.count();
  }

  componentWillUnmount() {
    this.controller?.abort();
  }

  /** Count a few experiments at a time, from the top of the list. */
  count() {
    this.controller?.abort();
    const { signal } = (this.controller = new AbortController());
    const waiting = [...this.props.experiments];
    this.setState({ counts: {} });
    const work = async () => {
      for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift()) {
        const counts = await countsOf(next.experiment_id, signal);
        if (!signal.aborted) this.setState((state) => ({ counts: { ...state.counts, [next.experiment_id]: counts } }));
      }
    };
    for (let worker = 0; worker < AT_ONCE; worker += 1) work();
  }

  render({ experiments }, { counts }) {
    if (!experiments.length) return html`<p>No experiment that you may read.</p>`;
    return html`<div class="scroll" role="region" aria-label="Experiments" tabindex="0">
      <table>
        <caption>The worst flag of each run, among the ${LOOKED_AT} newest judged runs of an experiment</caption>
        <thead>
          <tr>
            <th scope="col">Experiment</th>
            ${LEVELS.map((level) => html`<th scope="col" class="n">${level}</th>`)}
            <th scope="col" class="n">Judged runs</th>
            <th scope="col">Newest</th>
            <th scope="col"><span class="unseen">In MLflow</span></th>
          </tr>
        </thead>
        <tbody>
          ${experiments.map((one) => html`<${Row} key=${one.experiment_id} experiment=${one} counts=${counts[one.experiment_id]} />`)}
        </tbody>
      </table>
    </div>`;
  }
}

function Row({ experiment, counts }) {
  const id = experiment.experiment_id;
  const cell = (level) => html`<td class="n">
    ${counts?.[level] ? html`<a class=${`count ${level}`} href=${experimentHash(id, { level })}>${counts[level]}</a>` : counts ? 0 : "…"}
  </td>`;
  return html`<tr>
    <th scope="row"><a href=${experimentHash(id)}><bdi>${clean(experiment.name)}</bdi></a></th>
    ${LEVELS.map(cell)}
    <td class="n">${counts?.error ? "unknown" : counts ? `${counts.runs}${counts.more ? "+" : ""}` : "…"}</td>
    <td>${counts ? moment(counts.newest) : "…"}</td>
    <td><a href=${mlflowExperiment(id)}>MLflow</a></td>
  </tr>`;
}

/** How many of the newest judged runs have which worst flag. */
async function countsOf(experiment, signal) {
  try {
    const order = ["attributes.start_time DESC"];
    const answer = await searchRuns({ experiment, filter: JUDGED, order, size: LOOKED_AT, signal });
    const runs = (answer.runs ?? []).map(runOf);
    const counts = { runs: runs.length, more: Boolean(answer.next_page_token), newest: runs[0]?.start };
    for (const { severity } of runs) counts[severity] = (counts[severity] ?? 0) + 1;
    return counts;
  } catch {
    return { error: true };
  }
}
