// How far back a picture over time reaches.
import { html } from "./dom.js";
import { LENGTHS } from "./history.js";

export function Lengths({ length, at }) {
  const change = (event) => {
    location.hash = at(event.currentTarget.value);
  };
  return html`<p class="filters"><label>Newest runs
    <select onChange=${change}>
      ${LENGTHS.map((one) => html`<option value=${one} selected=${one === length}>${one}</option>`)}
    </select>
  </label></p>`;
}
