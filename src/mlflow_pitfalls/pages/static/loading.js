// A component whose content comes from the server: it asks anew when its address changes, and drops late answers.
import { Component } from "./dom.js";

export class Loading extends Component {
  constructor(props) {
    super(props);
    this.state = { found: null, error: null, busy: true };
  }

  componentDidMount() {
    this.ask();
  }

  componentDidUpdate(before) {
    if (this.keyOf(before) !== this.keyOf(this.props)) this.ask();
  }

  componentWillUnmount() {
    this.controller?.abort();
  }

  /** Ask for what the properties name; the earlier answer stays on show until the new one is there. */
  async ask() {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    this.setState({ busy: true, error: null });
    try {
      const found = await this.load(this.props, controller.signal);
      if (this.controller === controller) this.setState({ found, busy: false });
    } catch (error) {
      if (this.controller === controller) this.setState({ error, busy: false });
      return;
    }
    this.told?.();
  }
}
