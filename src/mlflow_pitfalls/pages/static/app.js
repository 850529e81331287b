// The page: which part is shown follows the address after the "#".
import { hashOf, mlflowHome, parse } from "./address.js";
import { VERSION } from "./catalogue.js";
import { Component, html, render } from "./dom.js";
import { Later } from "./later.js";

// Each part is loaded when it is opened first.
const experimentsPart = () => import("./experiments.js");
const runsPart = () => import("./runs_page.js");
const runPart = () => import("./run_page.js");
const checkPart = () => import("./check_history.js");
const trendsPart = () => import("./trends.js");
const comparePart = () => import("./comparison.js");

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
  const later = (load, props) => html`<${Later} key=${parts.join("/")} load=${load} props=${{ options, ...props }} />`;
  if (!first) return later(experimentsPart);
  if (first === "compare") return later(comparePart, { runs: (options.runs ?? "").split(",").filter(Boolean) });
  if (first !== "experiments" || !experiment) return html`<${Nowhere} />`;
  if (!second) return later(runsPart, { experiment });
  if (second === "trends") return later(trendsPart, { experiment });
  if (second === "runs" && third) return later(runPart, { run: third });
  if (second === "checks" && third) return later(checkPart, { experiment, check: third });
  return html`<${Nowhere} />`;
}

function Nowhere() {
  return html`<h1>No such page</h1><p><a href=${hashOf([])}>All experiments</a></p>`;
}

const place = document.getElementById("app");
place.replaceChildren(); // what stood there while the scripts were on their way
render(html`<${App} />`, place);
