// SPDX-License-Identifier: Apache-2.0
/** A knob: a call of the HTTP interface with its fields, its button, the line of curl that does the same, the answer. */
import { html, Component } from "../view.js";
import { curlOf } from "../calls.js";
import { Copyable } from "../copy_button.js";
import { hasToken } from "../token.js";
import { number, say } from "../words.js";

/**
 * A button that does one call, with its curl and what came of it. Each run has a `perform` of its own, and what an
 * earlier run has said says nothing of this one.
 */
export class Action extends Component {
  render({ call, label, perform, main }, { said, saidBy, isBusy }) {
    const act = async (/** @type {Event} */ event) => {
      event.preventDefault();
      this.setState({ isBusy: true });
      this.setState({ said: await perform(call), saidBy: perform, isBusy: false });
    };
    return html`<div class="action">
      <button type="button" class=${main ? "main" : ""} aria-disabled=${isBusy ? "true" : "false"} onClick=${(event) => !isBusy && act(event)}>${label}</button>
      <${Copyable} text=${curlOf(call, hasToken())} label=${label} />
      <${Answer} said=${saidBy === perform ? said : undefined} />
    </div>`;
  }
}

/** What came of a call: when it happened, or why it did not. */
export function Answer({ said }) {
  return html`<p class="answer" role="status">
    ${said &&
    (said.ok
      ? html`<span class="good">✓ ${said.answer.at_s === undefined ? say("done") : say("done_at", { at_s: number(said.answer.at_s, 2), frame: said.answer.first_frame })}</span>`
      : html`<span class="wrong" lang=${said.language || undefined}>✗ ${said.detail || say("not_reached")}</span>`)}
  </p>`;
}

/** A part of the page with its name. */
export function Knob({ id, title, children }) {
  return html`<section class="card knob" aria-labelledby=${`knob-${id}`}>
    <h3 id=${`knob-${id}`}>${title}</h3>
    ${children}
  </section>`;
}

/** A field with its label; `onValue` gets its text. */
export function Field({ id, label, value, onValue, ...rest }) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input id=${id} value=${value} onInput=${(event) => onValue(event.target.value)} ...${rest} />
  </div>`;
}

/** A choice with its label; `options` are pairs of value and text. */
export function Choice({ id, label, value, onValue, options }) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} onChange=${(event) => onValue(event.target.value)}>
      ${options.map(([one, text]) => html`<option key=${one} value=${one} selected=${String(one) === String(value)}>${text}</option>`)}
    </select>
  </div>`;
}
