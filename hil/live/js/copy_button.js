// SPDX-License-Identifier: Apache-2.0
/** A line to copy, and the button that does it; a browser that lets no page write its clipboard selects the line. */
import { html, Component } from "./view.js";
import { say } from "./words.js";

const SAID_MS = 1500;

export class Copyable extends Component {
  render() {
    const { text, label } = this.props;
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(text);
        this.tell("copied");
      } catch {
        getSelection()?.selectAllChildren(this.line);
        this.tell("selected");
      }
    };
    return html`<div class="copyable">
      <code ref=${(/** @type {HTMLElement} */ line) => (this.line = line)}>${text}</code>
      <button type="button" class="small" aria-label=${`${say("copy")}: ${label}`} onClick=${copy}>
        ${this.state.said ? say(this.state.said) : say("copy")}
      </button>
    </div>`;
  }

  /** @param {string} said */
  tell(said) {
    this.setState({ said });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.setState({ said: null }), SAID_MS);
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
  }
}
