// Texts and numbers as a reader sees them.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const THOUSANDS = /\B(?=(?:\d{3})+$)/g; // an Intl.NumberFormat takes longer to make than all the rest of the page
const LONGEST = 300; // characters of a text of the user's that a table shows

/** A text of the user's: without the characters that move, hide or reorder what stands beside them. */
export function clean(text, longest = LONGEST) {
  const shown = String(text ?? "").replace(CONTROLS, " ");
  return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown;
}

/** A number below a thousand, or a whole one, with its digits in groups of three. */
const grouped = (value) => (Math.abs(value) < 1000 ? String(value) : String(value).replace(THOUSANDS, ","));

/** A number in four significant digits; a dash where there is none. */
export function number(value) {
  if (value === undefined || value === null || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value) || Math.abs(value) > 1e300) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2).replace("-", "−");
  return grouped(Number(value.toPrecision(4))).replace("-", "−");
}

export function seconds(value) {
  if (value === undefined || value === null || !Number.isFinite(value)) return "–";
  if (value < 1) return `${number(value * 1000)} ms`;
  return value < 120 ? `${number(value)} s` : `${number(value / 60)} min`;
}

/** Milliseconds since 1970 as local time, "2026-01-31 09:05". */
export function moment(milliseconds) {
  if (!milliseconds) return "–";
  const date = new Date(milliseconds);
  const two = (part) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function counted(count, one, many = `${one}s`) {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
