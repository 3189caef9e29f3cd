// SPDX-License-Identifier: Apache-2.0
/** The plan of a mode as a strip: what was played, what plays now, what is still to come, and where something failed. */
import { html, Quiet } from "../view.js";
import { number, say } from "../words.js";
import { lengthOf } from "./run_state.js";

const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(3)}%`;

/** The steps alone: drawn anew when one was played, not when the reader looks elsewhere. */
class Steps extends Quiet {
  render() {
    const { part, length_s } = this.props;
    const bar = (/** @type {number} */ start_s, /** @type {number} */ end_s, /** @type {string} */ kind) => html`<rect
      class=${kind}
      x=${percent(start_s / length_s)}
      width=${percent(Math.max(end_s - start_s, 0) / length_s)}
      y=${kind === "step faulty" ? 13 : 20}
      height=${kind === "step faulty" ? 30 : 16}
    />`;
    const kindOf = (/** @type {import("./run_state.js").Span} */ span) =>
      span.isFaulty ? "step faulty" : span.name === span.step ? "step" : "step after";
    const planned = part.isOver ? [] : part.planned;
    return html`<g>
      ${planned
        .filter((/** @type {any} */ one) => one[2] > part.length_s)
        .map((/** @type {any} */ one) => bar(Math.max(one[1], part.length_s), one[2], "step future"))}
      ${part.spans.map((/** @type {import("./run_state.js").Span} */ span) => bar(span.start_s, span.end_s, kindOf(span)))}
    </g>`;
  }
}

/**
 * @param {object} properties
 * @param {import("./run_state.js").Part} properties.part
 * @param {number} properties.revision
 * @param {number} properties.at_s
 * @param {import("./run_state.js").Verdict[]} properties.fails  of the mode
 * @param {(at_s: number) => void} properties.onSeek
 */
export function PlanStrip({ part, revision, at_s, fails, onSeek }) {
  const length_s = lengthOf(part) || 1;
  const seek = (/** @type {PointerEvent} */ event) => {
    if (event.buttons !== 1) return;
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    onSeek(((event.clientX - box.left) / box.width) * length_s);
  };
  const label = say("strip_label", { steps: part.spans.length, seconds: number(length_s), fails: fails.length });
  return html`<svg class="strip" height="52" role="img" aria-label=${label} onPointerDown=${seek} onPointerMove=${seek}>
    <${Steps} part=${part} length_s=${length_s} revision=${part.isOver ? -1 : revision} />
    ${fails.map((one) => html`<text class="fail" x=${percent(one.at_s / length_s)} y="11" text-anchor="middle">▼</text>`)}
    <line class="now" x1=${percent(at_s / length_s)} x2=${percent(at_s / length_s)} y1="8" y2="46" />
  </svg>`;
}
