// SPDX-License-Identifier: Apache-2.0
/** The voltage of a capacitor over time, with the thresholds of its board as lines, and each brown-out as a mark. */
import { html } from "../view.js";
import { number, say } from "../words.js";

const WIDE = 300;
const HIGH = 110;

/** What a page shows of the past: as far back as it is kept, or as the run is old. */
const spanOf = (past, at_s) => Math.max(Math.min(past.window_s, at_s), 1);

export function VoltageCurve({ past, thresholds, now_v, at_s }) {
  if (past === null) return null;
  const ends_s = Math.max(at_s, past.trace.at(-1)?.at_s ?? at_s);
  const span_s = spanOf(past, ends_s);
  const volts = [now_v, ...past.trace.map((one) => one.capacitor_v)];
  const lowest = Math.min(...volts);
  const highest = Math.max(...volts);
  const all = [lowest, highest, ...thresholds.map((one) => one.voltage_v)];
  const bottom = Math.max(Math.min(...all) - 0.2, 0);
  const top = Math.max(...all) + 0.2;
  const x = (seconds) => WIDE * (1 - (ends_s - seconds) / span_s);
  const y = (voltage) => HIGH - ((voltage - bottom) / (top - bottom)) * HIGH;
  const points = past.trace.map((one) => `${x(one.at_s).toFixed(1)},${y(one.capacitor_v).toFixed(1)}`);
  const minutes = number(span_s / 60, span_s < 600 ? 1 : 0);
  const told = { minutes, lowest: number(lowest, 2), highest: number(highest, 2), now: number(now_v, 2), brown_outs: number(past.brown_outs_s.length) };
  return html`<div class="voltage">
    <div class="scale" aria-hidden="true"><span>${number(top, 1)} V</span><span>${number(bottom, 1)} V</span></div>
    <svg class="curve" viewBox=${`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label=${say("board_curve", told)}>
      ${thresholds.map((one) => html`<path key=${one.name} class=${`threshold t-${one.name}`} d=${`M0 ${y(one.voltage_v).toFixed(1)}H${WIDE}`} />`)}
      ${past.brown_outs_s.map((seconds) => html`<path key=${seconds} class="brown-out" d=${`M${x(seconds).toFixed(1)} 0V${HIGH}`} />`)}
      <polyline class="drawn" points=${points.join(" ")} />
    </svg>
    <div class="times" aria-hidden="true"><span>${say("board_minutes", { minutes })}</span><span>${say("board_now")}</span></div>
    <ul class="thresholds">
      ${thresholds.map(
        (one) => html`<li key=${one.name}>
          <svg viewBox="0 0 26 8" aria-hidden="true"><path class=${`threshold t-${one.name}`} d="M0 4H26" /></svg>
          ${say(`board_threshold_${one.name}`)} ${number(one.voltage_v, 2)} V
        </li>`,
      )}
    </ul>
  </div>`;
}
