// SPDX-License-Identifier: Apache-2.0
/** Two buttons: the page in French, or in English. */
import { html } from "./view.js";
import { say, speak, spoken } from "./words.js";

/**
 * @param {{onChange: () => void}} properties
 */
export function LanguageSwitch({ onChange }) {
  const button = (/** @type {"en" | "fr"} */ language, /** @type {string} */ name) => html`<button
    type="button"
    lang=${language}
    aria-pressed=${spoken() === language ? "true" : "false"}
    onClick=${() => {
      speak(language);
      onChange();
    }}
  >
    ${name}
  </button>`;
  return html`<div class="switch" role="group" aria-label=${say("language")}>
    ${button("fr", "Français")}${button("en", "English")}
  </div>`;
}
