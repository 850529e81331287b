// A run as these pages use it, out of what MLflow's API tells of one.
import { clean } from "./text.js";

export const LEVELS = ["high", "medium", "low"];
export const SCORE = "pitfalls/test_score";
export const TRAIN_SCORE = "pitfalls/train_score";
export const DUMMY_SCORE = "pitfalls/dummy_score";
export const GAP = "pitfalls/train_test_gap";
export const FIT_SECONDS = "pitfalls/fit_seconds";
export const SEVERITY = "pitfalls/severity";
const PREFIX = "pitfalls.";
const SEVERITY_TAG = "pitfalls.severity";

/** Ids, name, times, tags, metrics and params as objects by key, and the flags: severity by check. */
export function runOf({ info, data = {} }) {
  const tags = byKey(data.tags);
  return {
    id: info.run_id ?? info.run_uuid,
    experiment: info.experiment_id,
    name: clean(info.run_name || tags["mlflow.runName"] || info.run_id),
    status: info.status,
    start: Number(info.start_time) || 0,
    end: Number(info.end_time) || 0,
    deleted: info.lifecycle_stage === "deleted",
    severity: tags[SEVERITY_TAG] ?? "",
    flags: flagsOf(tags),
    metrics: byKey(data.metrics, asNumber),
    params: byKey(data.params),
    tags,
  };
}

/** The severity of each flag, by the name of its check. */
export function flagsOf(tags) {
  const flags = Object.create(null);
  for (const [key, value] of Object.entries(tags)) {
    if (key.startsWith(PREFIX) && key !== SEVERITY_TAG && LEVELS.includes(value)) flags[key.slice(PREFIX.length)] = value;
  }
  return flags;
}

/** No severity is −1, `none` 0, and so on up to `high`. */
export const rank = (severity) => (severity === "none" ? 0 : severity ? LEVELS.length - LEVELS.indexOf(severity) : -1);

/** Numbers arrive as numbers or, where JSON has none for them, as "NaN" and "Infinity". */
const asNumber = (value) => (typeof value === "string" ? Number(value) : value);

function byKey(pairs = [], convert = (value) => value) {
  const found = Object.create(null);
  for (const { key, value } of pairs) found[key] = convert(value);
  return found;
}
