// The page: which part is shown follows the address after the "#".
import { hashOf, mlflowHome, parse } from "./address.js";
import { VERSION } from "./catalogue.js";
import { CheckHistory } from "./check_history.js";
import { Comparison } from "./comparison.js";
import { Component, html, render } from "./dom.js";
import { Experiments } from "./experiments.js";
import { Run } from "./run_page.js";
import { Runs } from "./runs_page.js";
import { Trends } from "./trends.js";

class App extends Component {
  constructor() {
    super();
    this.state = parse(location.hash);
    this.main = null;
  }

  componentDidMount() {
    this.onMove = () => this.setState(parse(location.hash));
    addEventListener("hashchange", this.onMove);
  }

  componentWillUnmount() {
    removeEventListener("hashchange", this.onMove);
  }

  componentDidUpdate(_, before) {
    // Another part is a new page to its reader: it begins at its top. A filter or a sort is not.
    if (before.parts.join("/") === this.state.parts.join("/")) return;
    scrollTo(0, 0);
    this.main?.focus({ preventScroll: true });
  }

  render() {
    const skip = (event) => {
      event.preventDefault();
      this.main.focus();
    };
    return html`
      <a class="skip" href="#main" onClick=${skip}>Skip to content</a>
      <header class="top">
        <a class="brand" href=${hashOf([])}>Pitfalls</a>
        <nav aria-label="Pages"><a href=${hashOf([])}>Experiments</a> <a href=${mlflowHome()}>MLflow</a></nav>
      </header>
      <main id="main" tabindex="-1" ref=${(element) => (this.main = element)}>${part(this.state)}</main>
      <footer class="foot">mlflow-pitfalls ${VERSION}</footer>
    `;
  }
}

function part({ parts, options }) {
  const [first, experiment, second, third] = parts;
  const shown = (Part, props) => html`<${Part} key=${parts.join("/")} options=${options} ...${props} />`;
  if (!first) return shown(Experiments);
  if (first === "compare") return shown(Comparison, { runs: (options.runs ?? "").split(",").filter(Boolean) });
  if (first !== "experiments" || !experiment) return html`<${Nowhere} />`;
  if (!second) return shown(Runs, { experiment });
  if (second === "trends") return shown(Trends, { experiment });
  if (second === "runs" && third) return shown(Run, { run: third });
  if (second === "checks" && third) return shown(CheckHistory, { experiment, check: third });
  return html`<${Nowhere} />`;
}

function Nowhere() {
  return html`<h1>No such page</h1><p><a href=${hashOf([])}>All experiments</a></p>`;
}

const place = document.getElementById("app");
place.replaceChildren(); // what stood there before
render(html`<${App} />`, place);
