// The first list of runs is asked for at once, while most of the scripts are still on their way.
import { parse } from "./address.js";
import { searchRuns } from "./mlflow.js";
import { requestOf } from "./query.js";

const { parts, options } = parse(location.hash);
let early = null;
if (parts[0] === "experiments" && parts.length === 2) {
  const request = requestOf(parts[1], options);
  const answer = searchRuns(request);
  answer.catch(() => {}); // whoever takes the answer tells what went wrong
  early = { asked: JSON.stringify(request), answer };
}

/** The answer to that request where it was asked for early, once; else undefined. */
export function takeEarly(request) {
  const answer = early?.asked === JSON.stringify(request) ? early.answer : undefined;
  early = null;
  return answer;
}
