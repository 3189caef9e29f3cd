// SPDX-License-Identifier: Apache-2.0
/** The verdicts as they fall, the worst first; each opens to what it rests on and leads to its moment. */
import { html, Quiet } from "../view.js";
import { number, say, spoken } from "../words.js";
import { MomentPicture } from "./moment_picture.js";
import { VERDICTS, hasMoment, keyOf, requirements } from "./run_state.js";

/** @typedef {import("./run_state.js").Verdict} Verdict */

export const SIGNS = { pass: "✓", fail: "✗", inconclusive: "?", "not applicable": "–" };

/** Its key among the texts. @param {string} verdict */
export const wordOf = (verdict) => (verdict === "not applicable" ? "not_applicable" : verdict);

const FEW = 12; // undecided requirements that are told without being asked for

/** @param {string} title @param {string[]} lines */
const Lines = (title, lines) =>
  lines.length > 0 &&
  html`<dt>${say(title)}</dt>
    <dd>${lines.map((line) => html`<code>${line}</code>`)}</dd>`;

/** @param {{verdict: Verdict, told: any, parts: Map<string, any>, onMoment: () => void}} properties */
function Opened({ verdict, told, parts, onMoment }) {
  if (told === undefined) return html`<p class="soft">${say("loading")}</p>`;
  return html`<div class="opened">
    ${told.why && html`<p>${told.why}</p>`}
    ${told.moment && html`<${MomentPicture} moment=${told.moment} id=${keyOf(verdict).replace(/\W/g, "-")} title=${verdict.id} />`}
    <dl class="trail">
      ${Lines("sent", told.sent)} ${Lines("expected", told.expected)} ${Lines("seen", told.seen)}
      ${told.again && Lines("again", [told.again])}
    </dl>
    <p class="soft">${told.clause}</p>
    ${verdict.verdict !== "not applicable" &&
    hasMoment(verdict, parts) &&
    html`<button type="button" class="main" onClick=${onMoment}>${say("to_the_moment", { at: number(verdict.at_s, 2) })}</button>`}
    ${verdict.verdict !== "not applicable" &&
    verdict.of_power &&
    parts.get(verdict.mode)?.power &&
    html`<button type="button" class="main" onClick=${onMoment}>${say("to_the_power")}</button>`}
  </div>`;
}

/** One purpose of a requirement. @param {any} properties */
function Purpose({ one, openKey, told, parts, hasProbes, onOpen, onMoment }) {
  const isOpen = keyOf(one) === openKey;
  return html`<li>
    <details
      class=${`verdict ${one.verdict.replace(" ", "-")}`}
      open=${isOpen}
      onToggle=${(/** @type {any} */ event) => onOpen(one, event.target.open)}
    >
      <summary>
        <span aria-hidden="true">${SIGNS[/** @type {Verdict["verdict"]} */ (one.verdict)]}</span>
        <span class="hidden">${say(wordOf(one.verdict))}</span> <b>${one.id.split("/")[1]}</b>${" "}
        <span class="chip">${say(one.mode)}</span>${" "}${hasProbes && html`<span class="chip">${one.probe}</span>`}
        ${one.reason.en && html`<span class="reason">${one.reason[spoken()]}</span>`}
      </summary>
      ${isOpen && html`<${Opened} verdict=${one} told=${told} parts=${parts} onMoment=${() => onMoment(one)} />`}
    </details>
  </li>`;
}

/** A requirement: those of its purposes that make its verdict, and behind a click the others. @param {any} properties */
function Requirement({ group, properties }) {
  const { first, verdict, purposes } = group;
  const guilty = purposes.filter((/** @type {Verdict} */ one) => one.verdict === verdict);
  const others = purposes.filter((/** @type {Verdict} */ one) => one.verdict !== verdict);
  const list = (/** @type {Verdict[]} */ of) => html`<ul class="verdicts">
    ${of.map((one) => html`<${Purpose} key=${keyOf(one)} one=${one} ...${properties} />`)}
  </ul>`;
  return html`<li class="requirement">
    <h3>${first.requirement} <span class="chip">${say(first.level)}</span></h3>
    <p>${first.title[spoken()]}</p>
    ${list(guilty)}
    ${others.length > 0 &&
    html`<details class="others"><summary>${say("other_purposes", { count: others.length })}</summary>${list(others)}</details>`}
  </li>`;
}

/**
 * Drawn anew when a verdict falls or is opened, not as time passes.
 * @property {Verdict[]} verdicts  it grows in place
 * @property {number} count  of them
 * @property {string} language
 * @property {string} openKey
 * @property {any} told  of the open one
 * @property {Map<string, any>} parts  modes that there is evidence of
 * @property {boolean} isRunning
 * @property {boolean} hasProbes  whether the device is listened to at several places
 * @property {(verdict: Verdict, isOpen: boolean) => void} onOpen
 * @property {(verdict: Verdict) => void} onMoment
 */
export class VerdictsView extends Quiet {
  render() {
    const { verdicts, isRunning } = this.props;
    const groups = requirements(verdicts);
    const kinds = VERDICTS.map((kind) => ({ kind, of: groups.filter((one) => one.verdict === kind) }));
    return html`<section class="card" id="verdicts" aria-labelledby="verdicts-title">
      <h2 id="verdicts-title">${say("verdicts")}</h2>
      ${isRunning && html`<p class="soft">${say("verdicts_fall")}</p>`}
      <div role="status">
        <ul class="counts" aria-label=${say("requirements")}>
          ${kinds.map(
            ({ kind, of }) => html`<li class=${kind.replace(" ", "-")}>
              <span aria-hidden="true">${SIGNS[kind]}</span> <b>${of.length}</b> ${say(wordOf(kind))}
            </li>`,
          )}
        </ul>
      </div>
      ${kinds
        .filter(({ of }) => of.length > 0)
        .map(
          ({ kind, of }) => html`<details class="kind" key=${kind} open=${kind === "fail" || (kind === "inconclusive" && of.length <= FEW)}>
            <summary class=${kind.replace(" ", "-")}>
              <span aria-hidden="true">${SIGNS[kind]}</span> ${say(wordOf(kind))} <span class="soft">${of.length}</span>
            </summary>
            <ul class="verdicts">
              ${of.map((group) => html`<${Requirement} key=${group.first.requirement} group=${group} properties=${this.props} />`)}
            </ul>
          </details>`,
        )}
    </section>`;
  }
}
