// One run: its flags with evidence, every other answer, its numbers, and the ways to its pages in MLflow.
import { experimentHash, hashOf, mlflowArtifact, mlflowRun } from "./address.js";
import { ARTIFACTS, checkOf, inOrder } from "./catalogue.js";
import { html } from "./dom.js";
import { Flag } from "./flags.js";
import { Loading } from "./loading.js";
import { Chip, Trouble, Waiting } from "./marks.js";
import { Measured } from "./measured.js";
import { getArtifacts, getRun } from "./mlflow.js";
import { rank, runOf } from "./runs.js";
import { selection } from "./selection.js";
import { clean, counted, moment, number } from "./text.js";

const WORDS = {
  passed: "passed", not_applicable: "not applicable", inconclusive: "undecided",
  explained: "explained by another flag", ignored: "ignored", errored: "failed itself",
};
const LONG = 1000;

export class Run extends Loading {
  keyOf({ run }) {
    return run;
  }

  async load({ run: id }, signal) {
    const paths = [ARTIFACTS.outcomes, ARTIFACTS.comparison];
    const [answer, [outcomes, comparison]] = await Promise.all([
      getRun(id, signal),
      getArtifacts(id, ARTIFACTS.folder, paths, signal),
    ]);
    const run = runOf(answer);
    document.title = `${run.name} · Pitfalls`;
    return { run, answers: Array.isArray(outcomes?.outcomes) ? outcomes.outcomes : null, comparison };
  }

  render(_, { found, error }) {
    if (error) return html`<h1>Run</h1><${Trouble} error=${error} />`;
    if (!found) return html`<${Waiting} />`;
    const { run, answers, comparison } = found;
    const flags = (answers ?? []).filter((answer) => answer.status === "flagged");
    flags.sort((one, other) => rank(other.severity) - rank(one.severity));
    return html`
      <nav class="crumbs" aria-label="Where this is">
        <a href=${hashOf([])}>Experiments</a> <a href=${experimentHash(run.experiment)}>Runs</a>
      </nav>
      <div class="heading">
        <h1><bdi>${run.name}</bdi></h1> <${Chip} severity=${run.severity} />
        <a href=${mlflowRun(run.experiment, run.id)}>Open in MLflow</a>
        ${answers && html`<a href=${mlflowArtifact(run.experiment, run.id, ARTIFACTS.report)}>Report</a>`}
      </div>
      <p class="soft">
        ${run.status?.toLowerCase()}, started ${moment(run.start)}${run.deleted ? ", deleted" : ""}
        ${" "}<${TickButton} run=${run} update=${() => this.forceUpdate()} />
      </p>
      ${answers
        ? html`<${Answers} flags=${flags} answers=${answers} experiment=${run.experiment} />`
        : html`<${FromTags} run=${run} />`}
      ${comparison?.before && comparison.after && html`<h2>Against its reference run</h2><${Measured} comparison=${comparison} />`}
      <${Numbers} heading="Metrics" values=${run.metrics} show=${number} />
      <${Numbers} heading="Parameters" values=${run.params} show=${(value) => clean(value)} />
    `;
  }
}

function TickButton({ run, update }) {
  const toggle = () => {
    selection.toggle(run);
    update();
  };
  const on = selection.has(run.id);
  return html`<button type="button" aria-pressed=${on} onClick=${toggle}>${on ? "Ticked for comparing" : "Tick for comparing"}</button>`;
}

function Answers({ flags, answers, experiment }) {
  const others = answers.filter((answer) => answer.status !== "flagged");
  return html`
    <h2>${flags.length ? counted(flags.length, "flag") : "No flags"}</h2>
    ${flags.map((outcome) => html`<${Flag} key=${outcome.check} outcome=${outcome} experiment=${experiment} />`)}
    <details>
      <summary>What the other ${counted(others.length, "check")} answered</summary>
      <div class="scroll" role="region" aria-label="Other answers" tabindex="0">
        <table>
          <thead><tr><th scope="col">Check</th><th scope="col">Answer</th><th scope="col">Why</th></tr></thead>
          <tbody>
            ${others.map(({ check, status, message }) => html`<tr key=${check}>
              <th scope="row">${clean(check)}</th>
              <td>${WORDS[status] ?? clean(status)}</td>
              <td class="wrap">${clean(message, LONG)}</td>
            </tr>`)}
          </tbody>
        </table>
      </div>
    </details>`;
}

/** A run whose answers cannot be read still has its tags. */
function FromTags({ run }) {
  const names = inOrder(Object.keys(run.flags));
  if (!run.severity) return html`<p>mlflow-pitfalls has not judged this run.</p>`;
  return html`
    <h2>${names.length ? counted(names.length, "flag") : "No flags"}</h2>
    <p>This run has no file ${ARTIFACTS.outcomes} that could be read; these are its tags.</p>
    <ul>${names.map((name) => html`<li><${Chip} severity=${run.flags[name]} /> ${clean(name)} <span class="soft">${checkOf(name).summary}</span></li>`)}</ul>`;
}

function Numbers({ heading, values, show }) {
  const keys = Object.keys(values).sort();
  if (!keys.length) return null;
  return html`<details>
    <summary>${heading} (${keys.length})</summary>
    <div class="scroll" role="region" aria-label=${heading} tabindex="0">
      <table><tbody>
        ${keys.map((key) => html`<tr key=${key}><th scope="row"><bdi>${clean(key)}</bdi></th><td class="wrap"><bdi>${show(values[key])}</bdi></td></tr>`)}
      </tbody></table>
    </div>
  </details>`;
}
