// SPDX-License-Identifier: Apache-2.0
/** The voltage of a capacitor over time, with the thresholds of its board as lines, and each brown-out as a mark. */
import { html } from "./view.js";
import { number, say } from "./words.js";

const WIDE = 300;
const HIGH = 110;

/**
 * @param {object} of
 * @param {[number, number][]} of.trace  seconds, volts
 * @param {number} of.begin_s  at the left
 * @param {number} of.end_s  at the right
 * @param {{name: string, voltage_v: number}[]} of.thresholds
 * @param {number[]} of.brown_outs_s
 * @param {number[]} [of.readings_s]  a tick each, at the foot
 * @param {[number, number] | null} [of.gone_s]  from when to when something was gone
 * @param {string} of.label  what it shows, for who does not see it
 * @param {string} of.begins  what stands below its left end
 * @param {string} of.ends  what stands below its right end
 */
export function VoltageCurve({ trace, begin_s, end_s, thresholds, brown_outs_s, readings_s = [], gone_s = null, label, begins, ends }) {
  const span_s = Math.max(end_s - begin_s, 1e-3);
  const volts = [...trace.map((one) => one[1]), ...thresholds.map((one) => one.voltage_v)];
  const bottom = Math.max(Math.min(...volts) - 0.2, 0);
  const top = Math.max(...volts) + 0.2;
  const x = (/** @type {number} */ seconds) => ((WIDE * (seconds - begin_s)) / span_s).toFixed(1);
  const y = (/** @type {number} */ voltage) => (HIGH - ((voltage - bottom) / (top - bottom)) * HIGH).toFixed(1);
  return html`<div class="voltage">
    <div class="scale" aria-hidden="true"><span>${number(top, 1)} V</span><span>${number(bottom, 1)} V</span></div>
    <svg class="curve" viewBox=${`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label=${label}>
      ${gone_s && html`<path class="gone" d=${`M${x(gone_s[0])} 0H${x(gone_s[1])}V${HIGH}H${x(gone_s[0])}Z`} />`}
      ${thresholds.map((one) => html`<path key=${one.name} class=${`threshold t-${one.name}`} d=${`M0 ${y(one.voltage_v)}H${WIDE}`} />`)}
      ${brown_outs_s.map((seconds) => html`<path key=${seconds} class="brown-out" d=${`M${x(seconds)} 0V${HIGH}`} />`)}
      ${readings_s.length > 0 && html`<path class="reads" d=${readings_s.map((seconds) => `M${x(seconds)} ${HIGH}v-8`).join("")} />`}
      <polyline class="drawn" points=${trace.map(([seconds, voltage]) => `${x(seconds)},${y(voltage)}`).join(" ")} />
    </svg>
    <div class="times" aria-hidden="true"><span>${begins}</span><span>${ends}</span></div>
    <ul class="thresholds">
      ${thresholds.map(
        (one) => html`<li key=${one.name}>
          <svg viewBox="0 0 26 8" aria-hidden="true"><path class=${`threshold t-${one.name}`} d="M0 4H26" /></svg>
          ${say(`threshold_${one.name}`)} ${number(one.voltage_v, 2)} V
        </li>`,
      )}
    </ul>
  </div>`;
}
