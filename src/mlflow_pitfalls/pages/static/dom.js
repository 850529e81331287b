// Elements and components: preact, with htm's templates in place of JSX. Whatever stands in a template is set as text.
import htm from "./vendor/htm.mjs";
import { Component, Fragment, h, render } from "./vendor/preact.mjs";

export const html = htm.bind(h);
export { Component, Fragment, render };
