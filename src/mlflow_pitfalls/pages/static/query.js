// What the list of runs is asked for: options of the address, as MLflow's filter and order.
import { quoted, ticked } from "./mlflow.js";
import { FIT_SECONDS, GAP, LEVELS, SCORE, SEVERITY } from "./runs.js";

export const SIZES = [25, 50, 100, 200];
export const STATUSES = ["FINISHED", "RUNNING", "FAILED", "KILLED", "SCHEDULED"];
const SIZE = 50;

/** Columns that MLflow can sort by: the option's value, heading, MLflow's name, and which way comes first. */
export const COLUMNS = [
  { key: "name", heading: "Run", order: "attributes.run_name" },
  { key: "start", heading: "Started", order: "attributes.start_time", down: true },
  { key: "severity", heading: "Worst flag", order: ticked("metrics", SEVERITY), down: true },
  { key: "score", heading: "Test score", metric: SCORE, down: true },
  { key: "gap", heading: "Train − test", metric: GAP, down: true },
  { key: "fit", heading: "Fit time", metric: FIT_SECONDS, down: true },
].map((column) => ({ ...column, order: column.order ?? ticked("metrics", column.metric) }));

/** Sort, direction, page and size with their defaults in place. */
export function settled(options) {
  const sort = COLUMNS.find((column) => column.key === options.sort) ?? COLUMNS[1];
  const down = options.way ? options.way === "down" : Boolean(sort.down);
  const size = SIZES.includes(Number(options.size)) ? Number(options.size) : SIZE;
  return { sort, down, size, page: Math.max(1, Math.trunc(Number(options.page)) || 1) };
}

/** Options after a click on a column's heading: its own direction first, the other one next. */
export function sorted(options, column) {
  const { sort, down } = settled(options);
  const turned = sort.key === column.key ? !down : Boolean(column.down);
  return { ...options, sort: column.key, way: turned ? "down" : "up", page: undefined };
}

function orderOf(options) {
  const { sort, down } = settled(options);
  return [`${sort.order} ${down ? "DESC" : "ASC"}`];
}

/** What MLflow is asked for the first page of the options. */
export function requestOf(experiment, options) {
  return { experiment, filter: filterOf(options), order: orderOf(options), size: settled(options).size };
}

/** MLflow's filter of the options: judged runs where they say nothing, undefined where they ask for every run. */
function filterOf({ check, level, status, name, where }) {
  const parts = [flagFilter(check, level)];
  if (STATUSES.includes(status)) parts.push(`attributes.status = '${status}'`);
  if (name) parts.push(`attributes.run_name ILIKE ${quoted(`%${name}%`)}`);
  if (where) parts.push(where);
  return parts.filter(Boolean).join(" AND ") || undefined;
}

function flagFilter(check, level) {
  const tag = ticked("tags", `pitfalls.${check || "severity"}`);
  if (LEVELS.includes(level) || (level === "none" && !check)) return `${tag} = '${level}'`;
  if (level === "absent") return `${tag} IS NULL`;
  return check || level !== "all" ? `${tag} IS NOT NULL` : "";
}
