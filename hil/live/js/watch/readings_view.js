// SPDX-License-Identifier: Apache-2.0
/** What the device said by an instant: the last reading label by label, and those before it in a line each. */
import { html } from "../view.js";
import { number, say, spoken } from "../words.js";
import { lastUntil } from "./run_state.js";

/** @typedef {import("./run_state.js").Verdict} Verdict */

const BEFORE = 5; // readings told in a line
const SAME_S = 2e-4; // times are rounded
const ACCUSED = /^[-\d.]+ s: (\S+) = /; // as the report names a value that a device should not have said

/** The verdicts that are about a reading. @param {any} reading @param {Verdict[]} fails */
function aboutOf(reading, fails) {
  const probe = reading.probe ?? "lines";
  return fails.filter((one) => Math.abs(one.at_s - reading.at_s) < SAME_S && one.probe === probe);
}

/** @param {{reading: any, fails: Verdict[]}} properties */
function Reading({ reading, fails }) {
  const about = aboutOf(reading, fails);
  const accused = new Set(about.map((one) => ACCUSED.exec(one.reason.en)?.[1]));
  const hasHorodates = reading.said.some((/** @type {any} */ one) => one[2] !== null);
  return html`<p class="soft">
      ${say("reading_at", { at: number(reading.at_s, 2) })}${reading.probe && `, ${reading.probe}`}${reading.source &&
      `, ${reading.source}`}
    </p>
    ${about.map(
      (one) => html`<p class="wrong"><b>✗ ${one.requirement}</b> ${one.reason[spoken()]}</p>`,
    )}
    <div class="said" tabindex="0" role="region" aria-label=${say("said_labels")}>
      <table>
        <thead>
          <tr>
            <th scope="col">${say("label")}</th>
            <th scope="col">${say("value")}</th>
            ${hasHorodates && html`<th scope="col">${say("horodate")}</th>`}
          </tr>
        </thead>
        <tbody>
          ${reading.said.map(
            (/** @type {any} */ [label, value, stamp]) => html`<tr class=${accused.has(label) ? "asked" : ""}>
              <th scope="row"><code>${label}</code></th>
              <td><code>${value}</code>${accused.has(label) && html` <b class="bad">◀</b>`}</td>
              ${hasHorodates && html`<td><code>${stamp}</code></td>`}
            </tr>`,
          )}
        </tbody>
      </table>
      ${reading.more && html`<p class="soft">${say("more_labels", { count: reading.more })}</p>`}
    </div>`;
}

/**
 * @param {object} properties
 * @param {import("./run_state.js").Part} properties.part
 * @param {number} properties.at_s
 * @param {Verdict[]} properties.fails  of the mode
 */
export function ReadingsView({ part, at_s, fails }) {
  const { readings, remarks } = part;
  const until_s = at_s + SAME_S;
  const place = lastUntil(readings.length, (one) => readings[one].at_s, until_s);
  const before = readings.slice(Math.max(place - BEFORE, 0), Math.max(place, 0)).reverse();
  const remark = remarks[lastUntil(remarks.length, (one) => remarks[one].at_s, until_s)];
  const isLast = remark !== undefined && (place < 0 || remark.at_s >= readings[place].at_s);
  return html`<section class="card pane" aria-labelledby="readings-title">
    <h2 id="readings-title">${say("readings")} <span class="soft">${place + 1} / ${readings.length}</span></h2>
    ${isLast &&
    html`<p class="remark"><span class="soft">${say("remark_at", { at: number(remark.at_s, 2) })}</span> <q>${remark.text}</q></p>`}
    ${place < 0
      ? html`<p class="soft">${say("no_reading")}</p>`
      : html`<${Reading} reading=${readings[place]} fails=${fails} />`}
    ${before.length > 0 &&
    html`<h3>${say("before")}</h3>
      <ul class="earlier">
        ${before.map(
          (one) => html`<li>
            ${say("reading_line", { at: number(one.at_s, 2), count: one.said.length + (one.more ?? 0) })}
            ${aboutOf(one, fails).length > 0 && html`<b class="bad">✗</b>`}
          </li>`,
        )}
      </ul>`}
  </section>`;
}
