// MLflow's REST API, asked as MLflow's own UI asks it: the server answers what the signed-in user may read.
import { api } from "./address.js";

const API = "ajax-api/2.0/mlflow/";
const ARTIFACT_BYTES = 20_000_000; // a larger artifact is not read into the browser
const FORBIDDEN = 403;
const MISSING = 404;

/** An answer that is none, with a sentence for the reader. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function searchExperiments({ name, size, token, signal }) {
  const filter = name ? `name ILIKE ${quoted(`%${name}%`)}` : undefined;
  return post("experiments/search", { max_results: size, page_token: token, filter }, signal);
}

export async function getExperiment(experiment, signal) {
  return (await get("experiments/get", { experiment_id: experiment }, signal)).experiment;
}

export function searchRuns({ experiment, filter, order, size, token, signal }) {
  const body = { experiment_ids: [experiment], filter, order_by: order, max_results: size, page_token: token };
  return post("runs/search", body, signal);
}

export async function getRun(run, signal) {
  return (await get("runs/get", { run_id: run }, signal)).run;
}

/**
 * The JSON of several artifacts of one folder, null where the run has none. What is not listed is not asked for: the
 * browser would tell of each as of an error.
 */
export async function getArtifacts(run, folder, paths, signal) {
  const { files = [] } = await get("artifacts/list", { run_id: run, path: folder }, signal);
  const sizes = new Map(files.map((file) => [file.path, Number(file.file_size)]));
  const small = (path) => sizes.has(path) && !(sizes.get(path) > ARTIFACT_BYTES);
  return Promise.all(paths.map((path) => (small(path) ? getArtifact(run, path, signal) : null)));
}

async function getArtifact(run, path, signal) {
  const answer = await fetch(api("get-artifact", { run_uuid: run, path }), { signal });
  if (!answer.ok) return null;
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

/** A text as MLflow's filter language quotes it: it knows no escapes, so one kind of quotes has to go. */
export function quoted(text) {
  return text.includes("'") ? `"${text.replaceAll('"', "")}"` : `'${text}'`;
}

/** The name of a tag or metric in that language. */
export const ticked = (kind, key) => `${kind}.\`${key.replaceAll("`", "")}\``;

const get = async (path, options, signal) => read(await fetch(api(API + path, options), { signal }));

async function post(path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  return read(await fetch(api(API + path), { method: "POST", headers, body: JSON.stringify(body), signal }));
}

async function read(answer) {
  if (!answer.ok) throw await refusal(answer);
  return answer.json();
}

async function refusal(answer) {
  if (answer.status === FORBIDDEN) return new Refusal(FORBIDDEN, "You do not have permission to read this.");
  const message = await told(answer);
  if (answer.status === MISSING) return new Refusal(MISSING, message || "There is no such thing on this server.");
  return new Refusal(answer.status, message || `The server answered with status ${answer.status}.`);
}

async function told(answer) {
  try {
    return (await answer.json()).message ?? "";
  } catch {
    return "";
  }
}
