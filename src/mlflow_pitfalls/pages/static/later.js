// A part of the page whose script comes when it is needed.
import { Component, html } from "./dom.js";
import { Trouble, Waiting } from "./marks.js";

const FAILED = "This part could not be loaded. Load the page again: the server may have been upgraded.";

/** load: gives the module, which exports the part as `Part`; props: of the part. */
export class Later extends Component {
  async componentDidMount() {
    try {
      const { Part } = await this.props.load();
      this.setState({ Part });
    } catch {
      this.setState({ failed: true });
    }
  }

  render({ props }, { Part, failed }) {
    if (failed) return html`<${Trouble} error=${FAILED} />`;
    return Part ? html`<${Part} ...${props} />` : html`<${Waiting} />`;
  }
}
