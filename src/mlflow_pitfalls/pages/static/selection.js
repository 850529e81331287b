// The runs that are ticked for comparing: kept over pages, filters and reloads of this tab.
const KEY = "pitfalls.ticked";
export const MOST = 10; // runs beside each other

let ticked = read();
const listeners = new Set();

export const selection = {
  ids: () => [...ticked.keys()],
  has: (id) => ticked.has(id),
  full: () => ticked.size >= MOST,

  toggle(run) {
    if (!ticked.delete(run.id) && ticked.size < MOST) ticked.set(run.id, run.name);
    changed();
  },

  clear() {
    ticked = new Map();
    changed();
  },

  /** Call `listener` at each change, until the function that this returns is called. */
  watch(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function changed() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...ticked]));
  } catch {
    // Without storage the ticks last until the page is left.
  }
  for (const listener of listeners) listener();
}

function read() {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));
  } catch {
    return new Map();
  }
}
