// SPDX-License-Identifier: Apache-2.0
/** The keys below the strip: play, a frame or a step on or back, the slider, the rate, and with the bench again. */
import { html } from "../view.js";
import { number, say, spoken } from "../words.js";
import { RATES } from "./play_head.js";
import { lengthOf, spanAt } from "./run_state.js";

/** @typedef {import("./run_state.js").Part} Part */

/** Name of the step at an instant. @param {Part} part @param {number} at_s */
export function stepAt(part, at_s) {
  const span = part.spans[spanAt(part, at_s)];
  if (span === undefined) return "";
  const name = span.text[spoken()];
  return span.name === span.step ? name : say("clean_behind", { step: name });
}

/**
 * @param {object} properties
 * @param {Part} properties.part
 * @param {import("./play_head.js").Head} properties.head
 * @param {boolean} properties.canFollow
 * @param {{play: () => void, frames: (by: number) => void, steps: (by: number) => void, seek: (at_s: number) => void,
 *   rate: (rate: number) => void, follow: () => void}} properties.on
 */
export function Transport({ part, head, canFollow, on }) {
  const step = stepAt(part, head.at_s);
  const told = say("at_of", { at: number(head.at_s, 2), of: number(lengthOf(part), 1) });
  const key = (/** @type {string} */ sign, /** @type {string} */ name, /** @type {() => void} */ act) => html`<button
    type="button"
    aria-label=${say(name)}
    title=${say(name)}
    onClick=${act}
  >
    <span aria-hidden="true">${sign}</span>
  </button>`;
  const known = [...new Map(part.spans.map((span) => [span.step, span])).values()];
  return html`<div class="transport">
    <p class="present"><b>${told}</b> <span>${step}</span></p>
    <input
      type="range"
      class="slider"
      min="0"
      max=${lengthOf(part)}
      step="0.1"
      value=${head.at_s}
      aria-label=${say("slider")}
      aria-valuetext=${`${told}, ${step}`}
      onInput=${(/** @type {any} */ event) => on.seek(Number(event.target.value))}
    />
    <div class="keys" role="group" aria-label=${say("transport")}>
      ${key("«", "step_back", () => on.steps(-1))} ${key("‹", "frame_back", () => on.frames(-1))}
      <button type="button" class="main play" aria-pressed=${head.isPlaying ? "true" : "false"} onClick=${on.play}>
        <span aria-hidden="true">${head.isPlaying ? "❚❚" : "▶"}</span> ${say(head.isPlaying ? "pause" : "play")}
      </button>
      ${key("›", "frame_on", () => on.frames(1))} ${key("»", "step_on", () => on.steps(1))}
      <label class="rate">
        <span class="hidden">${say("rate")}</span>
        <select value=${head.rate} onChange=${(/** @type {any} */ event) => on.rate(Number(event.target.value))}>
          ${RATES.map((rate) => html`<option value=${rate} selected=${rate === head.rate}>× ${rate}</option>`)}
        </select>
      </label>
      ${canFollow &&
      html`<button type="button" aria-pressed=${head.isFollowing ? "true" : "false"} onClick=${on.follow}>
        <span aria-hidden="true">●</span> ${say("follow")}
      </button>`}
      <label class="goto">
        <span>${say("go_to_step")}</span>
        <select value="" onChange=${(/** @type {any} */ event) => event.target.value !== "" && on.seek(Number(event.target.value))}>
          <option value="">${say("choose")}</option>
          ${known.map((span) => html`<option value=${span.start_s + 1e-4}>${span.text[spoken()]}</option>`)}
        </select>
      </label>
    </div>
    <p class="soft hint">${say("keys_hint")}</p>
  </div>`;
}
