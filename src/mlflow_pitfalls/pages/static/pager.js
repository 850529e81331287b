// Paging by MLflow's tokens: a page can be reached once the one before it has told its token.
import { html } from "./dom.js";

/** Tokens of the pages seen so far, for one query at a time. The first page needs none. */
export class Tokens {
  constructor() {
    this.query = "";
    this.tokens = [undefined];
  }

  /** Forget the pages of another query. */
  of(query) {
    if (query !== this.query) Object.assign(this, { query, tokens: [undefined] });
    return this;
  }

  knows(page) {
    return page <= this.tokens.length;
  }

  token(page) {
    return this.tokens[page - 1];
  }

  learn(page, next) {
    this.tokens.length = page;
    if (next) this.tokens.push(next);
  }
}

export function Pager({ page, more, at }) {
  if (page === 1 && !more) return null;
  return html`<nav class="pager" aria-label="Pages of the list">
    ${step(page > 1, at(page - 1), "Previous")}
    <span aria-current="page">Page ${page}</span>
    ${step(more, at(page + 1), "Next")}
  </nav>`;
}

const step = (possible, href, text) =>
  possible ? html`<a class="button" href=${href}>${text}</a>` : html`<span class="button off" aria-hidden="true">${text}</span>`;
