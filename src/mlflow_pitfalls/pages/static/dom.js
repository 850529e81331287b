// Elements and components: preact, with htm's templates in place of JSX. Whatever stands in a template is set as text.
import htm from "./vendor/htm.mjs";
import { Component, Fragment, h, render } from "./vendor/preact.mjs";

export const html = htm.bind(h);
export { Component, Fragment, render };

/** Drawn anew only where a property is another one: what is being typed into a form is not written over. */
export class Steady extends Component {
  shouldComponentUpdate(next) {
    return Object.keys({ ...next, ...this.props }).some((key) => key !== "children" && next[key] !== this.props[key]);
  }
}
