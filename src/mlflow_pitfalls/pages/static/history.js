// The newest runs of an experiment, oldest first, kept small: what the pictures need and no more.
import { searchRuns } from "./mlflow.js";
import { DUMMY_SCORE, FIT_SECONDS, GAP, runOf, SCORE, SEVERITY, TRAIN_SCORE } from "./runs.js";

export const LENGTHS = [100, 200, 500, 1000];
const LENGTH = 200;
const ASKED = 200; // runs in one request
const JUDGED = "tags.`pitfalls.severity` IS NOT NULL";
const METRIC_TAG = "pitfalls.metric";
const KEPT = [SCORE, TRAIN_SCORE, DUMMY_SCORE, GAP, FIT_SECONDS, SEVERITY];

export const lengthOf = (options) => (LENGTHS.includes(Number(options.length)) ? Number(options.length) : LENGTH);

/** Up to `length` judged runs; `more` where the experiment has older ones. */
export async function loadHistory(experiment, length, signal) {
  const found = [];
  let token;
  do {
    const size = Math.min(ASKED, length - found.length);
    const order = ["attributes.start_time DESC"];
    const answer = await searchRuns({ experiment, filter: JUDGED, order, size, token, signal });
    found.push(...(answer.runs ?? []).map(small));
    token = answer.next_page_token;
  } while (token && found.length < length);
  return { runs: found.reverse(), more: Boolean(token) };
}

function small(answer) {
  const { id, experiment, name, start, flags, severity, metrics, tags } = runOf(answer);
  const kept = Object.fromEntries(KEPT.map((key) => [key, metrics[key]]));
  return { id, experiment, name, start, flags, severity, metrics: kept, scored: tags[METRIC_TAG] ?? "" };
}
