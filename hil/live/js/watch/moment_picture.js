// SPDX-License-Identifier: Apache-2.0
/** The moment of a fail as the report draws it: the groups as they left, then line and readings around it, in time. */
import { html } from "../view.js";
import { number, say } from "../words.js";

const LEFT = 104;
const RIGHT = 352;
const ROW = 15;

/** @param {{ticks: [number, string][]}} panel @param {number} y @param {number} height */
const ticks = (panel, y, height) => html`<g>
  ${panel.ticks.map(
    ([x, told]) => html`<path class="tick" d=${`M${x} ${y - height}V${y + 3}`} /><text x=${x} y=${y + 13} text-anchor="middle">
        ${number(Number(told), (told.split(".")[1] ?? "").length)}
      </text>`,
  )}
  <path d=${`M${LEFT} ${y}H${RIGHT}`} /><text x="356" y=${y + 13} text-anchor="end" class="soft">s</text>
</g>`;

/** @param {{moment: any, id: string, title: string}} properties */
export function MomentPicture({ moment, id, title }) {
  const rows = moment.groups.length;
  const below = rows ? 14 + rows * ROW + 34 : 0;
  const foot = below + 50 + (moment.outages.length ? 16 : 0);
  const hatch = `hatch-${id}`;
  const fill = (/** @type {any} */ bar) => (bar.fault ? `url(#${hatch})` : undefined);
  const kind = (/** @type {string} */ name, /** @type {any} */ bar) =>
    `${name}${bar.fault ? " hatched" : ""}${bar.is_asked ? " asked" : ""}`;
  const label = say("moment_label", {
    what: title, groups: rows, frames: moment.frames.length, readings: moment.readings.length,
    at: number(moment.at_s, 2),
  });
  return html`<svg class="moment" viewBox=${`0 0 360 ${foot + 22}`} role="img" aria-label=${label}>
    <defs>
      <pattern id=${hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path class="hatch" d="M0 0V4" />
      </pattern>
    </defs>
    ${rows > 0 &&
    html`<text x="0" y="10" class="head">${say("groups_as_they_left")}</text>
      ${ticks(moment.close, 16 + rows * ROW, rows * ROW)}
      ${moment.groups.map(
        (/** @type {any} */ bar, /** @type {number} */ row) => html`<text
            x="0"
            y=${25 + row * ROW}
            class=${`code${bar.is_asked ? " asked" : ""}`}
          >
            ${bar.text}
          </text>
          <rect class=${kind("group", bar)} x=${bar.x} y=${16 + row * ROW} width=${bar.width} height="11" fill=${fill(bar)} />`,
      )}`}
    <text x="0" y=${below + 10} class="head">${say("line_and_readings")}</text>
    ${ticks(moment.wide, foot, foot - below - 14)}
    <text x="0" y=${below + 26}>${say("frames")}</text>
    ${moment.frames.map(
      (/** @type {any} */ bar) => html`<rect class=${kind("frame", bar)} x=${bar.x} y=${below + 16} width=${bar.width} height="12" fill=${fill(bar)} />`,
    )}
    <text x="0" y=${below + 44}>${say("picture_readings")}</text>
    ${moment.readings.map((/** @type {[number, boolean]} */ [x, isAsked]) =>
      isAsked
        ? html`<path class="reading asked" d=${`M${x} ${below + 33}l6 11h-12z`} />`
        : html`<circle class="reading" cx=${x} cy=${below + 40} r="2.5" />`,
    )}
    ${moment.outages.map(
      (/** @type {any} */ bar) => html`<rect class="outage hatched" x=${bar.x} y=${below + 49} width=${bar.width} height="10" fill=${`url(#${hatch})`} />`,
    )}
    ${moment.at_x !== null && html`<path class="at" d=${`M${moment.at_x} ${below + 13}V${foot}`} />`}
  </svg>`;
}
