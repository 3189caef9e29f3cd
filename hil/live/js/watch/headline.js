// SPDX-License-Identifier: Apache-2.0
/** What the run is, and what it comes to: in a line, at the top. */
import { html } from "../view.js";
import { number, say, spoken } from "../words.js";
import { SIGNS, wordOf } from "./verdicts_view.js";
import { stepAt } from "./transport.js";

/** @param {{run: any}} properties */
export function RunFacts({ run }) {
  const facts = [
    [say("board"), run.board], [say("mode"), run.modes.map(say).join(", ")], [say("probes"), run.probes.join(", ")],
    [say("seed"), run.seed], [say("speed"), `× ${run.speed}`], [say("suite"), run.suite],
    [say("started"), new Date(run.started).toLocaleString(spoken())],
  ];
  return html`<details class="facts-of-run">
    <summary>${say("the_run")}</summary>
    <dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
  </details>`;
}

/**
 * @param {object} properties
 * @param {ReturnType<typeof import("./run_state.js").newRun>} properties.known
 * @param {boolean} properties.isServed  whether the report can be asked for
 */
export function Headline({ known, isServed }) {
  const { end, parts } = known;
  if (end === null) {
    const part = [...parts.values()].at(-1);
    const steps = part ? [...part.steps.keys()] : [];
    const step = part?.spans.at(-1);
    const place = step ? steps.indexOf(step.step) + 1 : 0;
    const what = part === undefined ? say("starting") : part.isOver ? say("judging") : stepAt(part, part.length_s);
    return html`<p class="headline running" role="status">
      <b>▶ ${say("running")}</b>${" "}
      <span>${part ? say("mode_step", { mode: say(part.mode), step: what }) : what}${place > 0 && !part?.isOver ? ` (${place}\u00a0/\u00a0${steps.length})` : ""}</span>
    </p>`;
  }
  if (end.verdict === null) {
    return html`<p class="headline fail" role="status"><b>✗ ${say("no_report")}</b> <span lang="en">${end.complaint}</span></p>`;
  }
  const sign = SIGNS[/** @type {keyof typeof SIGNS} */ (end.verdict)];
  return html`<div class=${`headline ${end.verdict.replace(" ", "-")}`} role="status">
    <p><b>${sign} ${say(wordOf(end.verdict))}</b> ${end.summary[spoken()]}</p>
    <p>
      ${end.aborted && html`<b>${say("aborted")}</b> `}${say("decided", { decided: number(end.decided), total: number(end.total) })}
      ${end.report && isServed && html` <a class="report" href="/report/index.html" target="_blank" rel="noopener">${say("open_report")}</a>`}
    </p>
    ${end.notes.map((/** @type {any} */ note) => html`<p class="note">▲ ${note[spoken()]}</p>`)}
  </div>`;
}
