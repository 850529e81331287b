// One answer of a check with what it rests on, as pitfalls/outcomes.json tells it.
import { checkHash } from "./address.js";
import { checkOf } from "./catalogue.js";
import { html } from "./dom.js";
import { Chip } from "./marks.js";
import { clean, number } from "./text.js";

const LONG = 2000; // characters of a message or of a line of code
const SUBJECTS = 12; // columns, classes or fits that are listed

export function Flag({ outcome, experiment }) {
  const { check, severity, message, evidence, remedies = [], explains = [] } = outcome;
  return html`<article class=${`flag ${severity}`} aria-labelledby=${`flag-${check}`}>
    <h3 id=${`flag-${check}`}>
      <${Chip} severity=${severity} /> <a href=${checkHash(experiment, check)}>${clean(check)}</a>
    </h3>
    <p class="soft small">${checkOf(check).summary}</p>
    <p class="message">${clean(message, LONG)}</p>
    ${evidence && html`<${Evidence} evidence=${evidence} />`}
    ${remedies.length > 0 && html`<h4>What to do</h4><ol>${remedies.map((remedy) => html`<${Remedy} ...${remedy} />`)}</ol>`}
    ${explains.length > 0 && html`<p class="soft small">Explains ${explains.map((name) => clean(name)).join(", ")}</p>`}
  </article>`;
}

function Evidence({ evidence }) {
  const { statistic, value, threshold, unit, rows, interval, threshold_source: source, would_clear: clears } = evidence;
  const facts = [
    [statistic, `${number(value)}${interval ? ` (${number(interval.low)} to ${number(interval.high)})` : ""} ${unit}`],
    ["Limit", `${number(threshold)} ${source ? `(${source})` : ""}`],
    ["Measured on", rows ? `${rows.toLocaleString("en")} rows` : ""],
    ["Would clear it", clears],
    ["About", subjects(evidence.subjects ?? [])],
  ];
  return html`<dl>
    ${facts.filter(([, text]) => text).map(([name, text]) => html`<div><dt>${clean(name)}</dt><dd>${clean(text, LONG)}</dd></div>`)}
  </dl>`;
}

function subjects(found) {
  const named = found.slice(0, SUBJECTS).map(({ name, value }) => `${clean(name)} (${number(value)})`);
  return named.join(", ") + (found.length > SUBJECTS ? ` and ${found.length - SUBJECTS} more` : "");
}

const Remedy = ({ text, code }) => html`<li>${clean(text, LONG)}${code && html`<pre><code>${clean(code, LONG)}</code></pre>`}</li>`;
