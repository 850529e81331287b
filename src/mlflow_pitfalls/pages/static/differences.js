// What differs between runs: pure functions of runs as runs.js makes them.
import { inOrder } from "./catalogue.js";
import { rank } from "./runs.js";

// Text of ours or of MLflow's that differs in every run, and is shown elsewhere or means nothing beside another.
const LEFT_OUT = /^(mlflow\.(note\.content|loggedArtifacts|log-model\.history|runName|user|source\.)|pitfalls\.)/;

/** One row for each key of `part` ("tags", "metrics", "params") in any of the runs: its values, and whether they differ. */
export function rowsOf(runs, part) {
  const keys = new Set(runs.flatMap((run) => Object.keys(run[part])));
  return [...keys]
    .filter((key) => part !== "tags" || !LEFT_OUT.test(key))
    .sort()
    .map((key) => {
      const values = runs.map((run) => run[part][key]);
      return { key, values, differs: values.some((value) => !Object.is(value, values[0])) };
    });
}

/** One row for each flagged check, with what became of the flag from the first run to each later one. */
export function flagRows(runs) {
  const checks = inOrder(new Set(runs.flatMap((run) => Object.keys(run.flags))));
  return checks.map((check) => {
    const severities = runs.map((run) => run.flags[check] ?? "");
    return {
      check,
      severities,
      changes: severities.map((severity, place) => (place === 0 ? "" : change(severities[0], severity))),
      differs: severities.some((severity) => severity !== severities[0]),
    };
  });
}

function change(before, after) {
  if (before === after) return "";
  if (!before) return "gained";
  if (!after) return "lost";
  return rank(after) > rank(before) ? "worse" : "milder";
}
