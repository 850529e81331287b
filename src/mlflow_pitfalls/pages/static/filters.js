// The form above the list of runs. It changes the address, and the address the list.
import { experimentHash } from "./address.js";
import { CHECKS, GROUPS } from "./catalogue.js";
import { html, Steady } from "./dom.js";
import { settled, SIZES, STATUSES } from "./query.js";

const LEVELS = {
  "": "any", all: "any, or not judged", high: "high", medium: "medium", low: "low", none: "judged, no flag", absent: "not flagged",
};
const FIELDS = ["check", "level", "status", "name", "where", "size"];

export class Filters extends Steady {
  render({ experiment, options }) {
    const submit = (event) => {
      event.preventDefault();
      const form = new FormData(event.currentTarget);
      const given = Object.fromEntries(FIELDS.map((field) => [field, (form.get(field) ?? "").trim()]));
      location.hash = experimentHash(experiment, { ...options, ...given, page: "" });
    };
    const send = (event) => event.currentTarget.form.requestSubmit();
    return html`<form class="filters" role="search" aria-label="Filter the runs" onSubmit=${submit}>
      <label>Check
        <select name="check" onChange=${send}>
          <option value="" selected=${!options.check}>all checks</option>
          ${Object.entries(GROUPS).map((group) => html`<${Group} group=${group} chosen=${options.check} />`)}
        </select>
      </label>
      <label>Severity
        <select name="level" onChange=${send}>
          ${Object.entries(LEVELS).map(([value, text]) => html`<${Choice} value=${value} text=${text} chosen=${options.level} />`)}
        </select>
      </label>
      <label>Status
        <select name="status" onChange=${send}>
          ${["", ...STATUSES].map((value) => html`<${Choice} value=${value} text=${value.toLowerCase() || "any"} chosen=${options.status} />`)}
        </select>
      </label>
      <label>Name contains <input type="search" name="name" value=${options.name ?? ""} maxlength="200" /></label>
      <label class="wide">MLflow filter
        <input type="search" name="where" value=${options.where ?? ""} maxlength="1000" spellcheck="false"
          placeholder="metrics.accuracy > 0.9 AND params.max_depth = '5'" />
      </label>
      <label>Rows
        <select name="size" onChange=${send}>
          ${SIZES.map((size) => html`<${Choice} value=${String(size)} text=${size} chosen=${String(settled(options).size)} />`)}
        </select>
      </label>
      <button>Show</button>
      <a class="button" href=${experimentHash(experiment)}>Clear</a>
    </form>`;
  }
}

function Group({ group: [group, heading], chosen }) {
  const members = CHECKS.filter((check) => check.group === group);
  if (!members.length) return null;
  return html`<optgroup label=${heading}>
    ${members.map(({ name }) => html`<${Choice} value=${name} text=${name} chosen=${chosen} />`)}
  </optgroup>`;
}

const Choice = ({ value, text, chosen }) =>
  html`<option value=${value} selected=${value === (chosen ?? "")}>${text}</option>`;
