// A picture of numbers over runs, by uPlot. Its numbers stand in a table beside it for who cannot see it.
import { runHash } from "./address.js";
import { FILES } from "./catalogue.js";
import { Component, html } from "./dom.js";
import { moment } from "./text.js";

const HEIGHT = 220; // pixels
const POINT = 6;
const FEW = 60; // runs up to which single points are drawn
const dark = matchMedia("(prefers-color-scheme: dark)");

let library = null;

const file = (name) => new URL(`vendor/${name}`, FILES).href;

/** uPlot, asked for with the first picture. */
function loaded() {
  if (!library) {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = file("uPlot.min.css");
    document.head.prepend(style); // before our own rules
    library = import(file("uPlot.esm.js")).then((module) => module.default);
  }
  return library;
}

/**
 * runs: oldest first; series: [{label, colour, values, points}], colour the name of a CSS variable;
 * show: a value as text; range: [lowest, highest] of the axis where it is fixed.
 */
export class Chart extends Component {
  async componentDidMount() {
    this.draw = () => this.drawn();
    this.observer = new ResizeObserver(() => this.plot?.setSize(this.size()));
    this.observer.observe(this.place);
    dark.addEventListener("change", this.draw);
    this.uPlot = await loaded().catch(() => null); // the numbers stand in a table as well
    this.drawn();
  }

  componentDidUpdate() {
    this.drawn();
  }

  componentWillUnmount() {
    this.observer.disconnect();
    dark.removeEventListener("change", this.draw);
    this.plot?.destroy();
  }

  size() {
    return { width: Math.max(this.place.clientWidth, 200), height: HEIGHT };
  }

  drawn() {
    this.plot?.destroy();
    if (!this.uPlot || !this.place) return; // still on its way, or gone meanwhile
    const { runs, series } = this.props;
    const places = runs.map((_, place) => place + 1);
    const data = [places, ...series.map(({ values }) => values.map((value) => (Number.isFinite(value) ? value : null)))];
    this.plot = new this.uPlot({ ...this.size(), ...options(this.props) }, data, this.place);
    this.plot.over.addEventListener("click", () => {
      const run = runs[this.plot.cursor.idx];
      if (run) location.hash = runHash(run.experiment, run.id);
    });
  }

  render({ title, said }) {
    return html`<figure class="chart">
      <figcaption>${title}</figcaption>
      <div role="img" aria-label=${`${title}. ${said}`} ref=${(element) => (this.place = element)}></div>
    </figure>`;
  }
}

function options({ runs, series, show, range }) {
  const computed = getComputedStyle(document.documentElement);
  const colour = (name) => computed.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 } };
  const few = runs.length <= FEW;
  const line = ({ label, colour: name, points }) => ({
    label,
    stroke: colour(name),
    width: points ? 0 : 1.5,
    spanGaps: true,
    points: { show: Boolean(points) || few, size: POINT, fill: colour(name) },
    value: (_, value) => (value === null || value === undefined ? "–" : show(value)),
  });
  const runAt = (_, place) => (runs[place - 1] ? `${runs[place - 1].name} (${moment(runs[place - 1].start)})` : "–");
  return {
    scales: { x: { time: false }, ...(range ? { y: { range } } : {}) },
    cursor: { drag: { x: false, y: false } },
    series: [{ label: "Run", value: runAt }, ...series.map(line)],
    axes: [
      { ...axis, values: (_, places) => places.map((place) => (Number.isInteger(place) ? place : "")) },
      { ...axis, size: 70, values: (_, values) => values.map(show) },
    ],
  };
}
