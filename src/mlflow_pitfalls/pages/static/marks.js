// Small parts that every page shows: severities, times, notices.
import { html } from "./dom.js";
import { clean } from "./text.js";

const LETTERS = { high: "H", medium: "M", low: "L" };
const KNOWN = ["high", "medium", "low", "none"];

/** A severity as a word in its colour. */
export function Chip({ severity, text }) {
  if (!KNOWN.includes(severity)) return html`<span class="soft">not judged</span>`;
  return html`<span class=${`chip ${severity}`}>${text ?? severity}</span>`;
}

/** A flag in a cell of a matrix: one letter to look at, the word for who listens. */
export function Cell({ severity }) {
  return html`<td class=${`cell ${severity}`}>
    <span aria-hidden="true">${LETTERS[severity]}</span><span class="unseen">${severity}</span>
  </td>`;
}

/** What went wrong, told at once to who listens. */
export function Trouble({ error }) {
  return html`<p class="trouble" role="alert">${clean(error.message || error)}</p>`;
}

export function Waiting({ what = "Loading" }) {
  return html`<p class="loading">${what} …</p>`;
}
