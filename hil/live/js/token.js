// SPDX-License-Identifier: Apache-2.0
/** The token of a server that asks for one: kept as long as the tab lives, and never part of an address. */
import { html, Component } from "./view.js";
import { say } from "./words.js";

const KEPT_AS = "xky-token";
let token = "";
try {
  token = sessionStorage.getItem(KEPT_AS) ?? "";
} catch {
  // kept by this page alone
}

/** @returns {Record<string, string>} the headers that show it */
export const tokenHeaders = () => (token === "" ? {} : { Authorization: `Bearer ${token}` });

/** @returns {boolean} whether there is one */
export const hasToken = () => token !== "";

/** @param {string} given */
function keep(given) {
  token = given;
  try {
    sessionStorage.setItem(KEPT_AS, given);
  } catch {
    // kept by this page alone
  }
}

/** Asks for it; `onToken()` is called when there is one, `wasRefused` says that there was another one. */
export class TokenForm extends Component {
  render() {
    const { onToken, wasRefused } = this.props;
    const take = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const field = /** @type {HTMLInputElement} */ (event.target.elements.token);
      keep(field.value.trim());
      onToken();
    };
    return html`<form class="token-form card" onSubmit=${take}>
      <h2>${say("token_title")}</h2>
      <p>${say("token_why")}</p>
      ${wasRefused && html`<p class="wrong" role="alert">${say("token_wrong")}</p>`}
      <label for="token">${say("token_label")}</label>
      <input id="token" name="token" type="password" autocomplete="off" required pattern="[!-~]+" />
      <button type="submit">${say("token_send")}</button>
    </form>`;
  }
}
