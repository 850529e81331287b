// The runs of an experiment beside the checks that flagged them: filtered, sorted and paged by MLflow's server.
import { experimentHash, hashOf, mlflowExperiment, trendsHash } from "./address.js";
import { inOrder } from "./catalogue.js";
import { html } from "./dom.js";
import { takeEarly } from "./early.js";
import { Filters } from "./filters.js";
import { Loading } from "./loading.js";
import { Trouble, Waiting } from "./marks.js";
import { Matrix } from "./matrix.js";
import { getExperiment, searchRuns } from "./mlflow.js";
import { Pager, Tokens } from "./pager.js";
import { requestOf, settled } from "./query.js";
import { runOf } from "./runs.js";
import { clean, counted } from "./text.js";

export class Runs extends Loading {
  tokens = new Tokens();

  async componentDidMount() {
    await this.ask();
    this.nameIt(); // after the runs: one request less that they have to share the server with
  }

  keyOf({ experiment, options }) {
    return JSON.stringify([requestOf(experiment, options), settled(options).page]);
  }

  async load({ experiment, options }, signal) {
    const request = requestOf(experiment, options);
    const tokens = this.tokens.of(JSON.stringify(request));
    // A page beyond those seen, as after a reload, cannot be asked for: the list begins anew.
    const asked = settled(options).page;
    const page = tokens.knows(asked) ? asked : 1;
    const early = page === 1 && takeEarly(request);
    const answer = await (early || searchRuns({ ...request, token: tokens.token(page), signal }));
    tokens.learn(page, answer.next_page_token);
    const runs = (answer.runs ?? []).map(runOf);
    const checks = inOrder(new Set(runs.flatMap((run) => Object.keys(run.flags))));
    return { page, more: Boolean(answer.next_page_token), runs, checks };
  }

  async nameIt() {
    try {
      const { name } = await getExperiment(this.props.experiment);
      document.title = `${clean(name)} · Pitfalls`;
      this.setState({ name });
    } catch {
      document.title = "Runs · Pitfalls"; // the list itself says what went wrong
    }
  }

  render({ experiment, options }, { found, error, busy, name }) {
    const at = (page) => experimentHash(experiment, { ...options, page: page > 1 ? page : "" });
    return html`
      <nav class="crumbs" aria-label="Where this is"><a href=${hashOf([])}>Experiments</a></nav>
      <div class="heading">
        <h1><bdi>${clean(name ?? "Experiment")}</bdi></h1>
        <a href=${trendsHash(experiment)}>Trends</a>
        <a href=${mlflowExperiment(experiment)}>Open in MLflow</a>
      </div>
      <${Filters} experiment=${experiment} options=${options} />
      ${error && html`<${Trouble} error=${error} />`}
      ${!found && busy && html`<${Waiting} />`}
      ${found && !error && html`
        <p class="told" role="status">${busy ? "Loading …" : said(found, options)}</p>
        <${Matrix} ...${found} experiment=${experiment} options=${options} busy=${busy} />
        <${Pager} page=${found.page} more=${found.more} at=${at} />`}
    `;
  }
}

function said({ runs, page, more }, { level }) {
  if (!runs.length) return level === "all" ? "No run matches." : "No judged run matches; the others: Severity “any, or not judged”.";
  return `${counted(runs.length, "run")}${page > 1 || more ? ` on page ${page}` : ""}${more ? ", more follow" : ""}`;
}
