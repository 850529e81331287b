// Addresses: of this page's parts (after the "#"), of MLflow's REST API, and of MLflow's own pages.

// "…/prefix/" of "…/prefix/pitfalls#/…": everything is relative to it, whatever the prefix or proxy.
const BASE = new URL(".", document.baseURI);
// Without it a fresh browser opens MLflow in its GenAI mode, which hides the pages of training runs.
const MODE = "?workflowType=machine_learning";

/** `#/experiments/1?sort=start` as its parts and options. */
export function parse(hash) {
  const text = hash.replace(/^#\/?/, "");
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  const parts = path.split("/").filter(Boolean).map(decoded);
  return { parts, options: Object.fromEntries(new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1))) };
}

/** The hash of parts and options; options that are empty are left out. */
export function hashOf(parts, options = {}) {
  const kept = Object.entries(options).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const query = new URLSearchParams(kept).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`;
}

export const experimentHash = (id, options) => hashOf(["experiments", id], options);
export const runHash = (experiment, run) => hashOf(["experiments", experiment, "runs", run]);
export const checkHash = (experiment, check) => hashOf(["experiments", experiment, "checks", check]);
export const trendsHash = (experiment) => hashOf(["experiments", experiment, "trends"]);
export const compareHash = (runs) => hashOf(["compare"], { runs: runs.join(",") });

export function api(path, options = {}) {
  const url = new URL(path, BASE);
  for (const [key, value] of Object.entries(options)) url.searchParams.set(key, value);
  return url;
}

const inMlflow = (...parts) => `${BASE.pathname}#/${parts.map(encodeURIComponent).join("/")}${MODE}`;

export const mlflowHome = () => inMlflow("experiments");
export const mlflowExperiment = (experiment) => inMlflow("experiments", experiment, "runs");
export const mlflowRun = (experiment, run) => inMlflow("experiments", experiment, "runs", run);
export const mlflowArtifact = (experiment, run, path) =>
  inMlflow("experiments", experiment, "runs", run, "artifacts", ...path.split("/"));

export function mlflowCompare(experiments, runs) {
  const list = (values) => encodeURIComponent(JSON.stringify(values));
  const query = `runs=${list(runs)}&experiments=${list(experiments)}`;
  return `${BASE.pathname}#/compare-runs?${query}&workflowType=machine_learning`;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
