// What the package says of its checks: written into the page by the server, and nowhere else.
const told = JSON.parse(document.getElementById("catalogue").textContent);

export const VERSION = told.version;
export const GROUPS = told.groups;
export const FILES = new URL(told.files, document.baseURI);
export const ARTIFACTS = told.artifacts;
export const CHECKS = told.checks;

const places = new Map(CHECKS.map((check, place) => [check.name, place]));

/** The check of that name; one that this version does not know gets an entry without a summary. */
export function checkOf(name) {
  return CHECKS[places.get(name)] ?? { name, group: "", severity: "", summary: "" };
}

/** Names in the catalogue's order, unknown ones last by name. */
export function inOrder(names) {
  const place = (name) => places.get(name) ?? CHECKS.length;
  return [...names].sort((one, other) => place(one) - place(other) || one.localeCompare(other));
}
