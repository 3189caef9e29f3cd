// SPDX-License-Identifier: Apache-2.0
/** The page of a run: its head, the plan with the keys, line and readings side by side, the verdicts. */
import { LanguageSwitch } from "../language_switch.js";
import { Connection, Notices } from "../notices.js";
import { TokenForm } from "../token.js";
import { html } from "../view.js";
import { say, spoken } from "../words.js";
import { Headline, RunFacts } from "./headline.js";
import { linePath, verdictPath } from "./inquiries.js";
import { LineView } from "./line_view.js";
import { PowerView } from "./power_view.js";
import { PlanStrip } from "./plan_strip.js";
import { ReadingsView } from "./readings_view.js";
import { frameAt, hasMoment, keyOf } from "./run_state.js";
import { Transport } from "./transport.js";
import { VerdictsView } from "./verdicts_view.js";

/** One mode or the other. */
const Modes = (/** @type {any} */ { parts, mode, onMode }) =>
  parts.size > 1 &&
  html`<div class="switch modes" role="group" aria-label=${say("mode")}>
    ${[...parts.keys()].map(
      (one) => html`<button type="button" aria-pressed=${one === mode ? "true" : "false"} onClick=${() => onMode(one)}>${say(one)}</button>`,
    )}
  </div>`;

/** The frame that is to be seen, and what of it: of a verdict that is shown, else what is on the line. */
function frameOf(/** @type {any} */ part, /** @type {any} */ head, /** @type {any} */ inquiries) {
  const at_s = head.pinned?.line_s ?? head.at_s;
  const number = frameAt(part, at_s);
  if (number < 0) return null;
  return inquiries.answer(linePath(part.mode, part.starts[number] + 1e-4))?.frame;
}

/** @param {{state: any, inquiries: import("./inquiries.js").Inquiries, on: any}} properties */
export function App({ state, inquiries, on }) {
  const { known, head, status, openKey } = state;
  if (status === "token") return html`<main><${TokenForm} onToken=${on.token} wasRefused=${state.wasRefused} /></main>`;
  const { run, parts, end, verdicts } = known;
  const part = parts.get(head.mode);
  const fails = verdicts.filter(
    (/** @type {any} */ one) => one.verdict === "fail" && one.mode === head.mode && hasMoment(one, parts),
  );
  const opened = verdicts.find((/** @type {any} */ one) => keyOf(one) === openKey);
  const hasLine = part !== undefined && (end === null || part.starts.length > 0);
  const isGone = end !== null && status === "lost";
  return html`<main>
    <a class="skip" href="#verdicts">${say("skip")}</a>
    <header class="head">
      <h1>${run ? run.device : "xKy HIL"}</h1>
      <span class="sub">${run ? say(run.live ? (end === null ? "watching_live" : "watching_over") : "watching_again") : ""}</span>
      ${(run?.live || status !== "live") && html`<${Connection} status=${isGone ? "over" : status} />`}
      <${LanguageSwitch} onChange=${on.language} />
    </header>
    <${Notices} status=${isGone ? "over" : status} refusal=${state.refusal} serverVersion=${known.version} />
    ${run && html`<${Headline} known=${known} isServed=${!isGone} /><${RunFacts} run=${run} />`}
    ${hasLine &&
    html`<section class="card plan" aria-labelledby="plan-title">
        <div class="row">
          <h2 id="plan-title">${say("plan")}</h2>
          <${Modes} parts=${parts} mode=${head.mode} onMode=${on.mode} />
        </div>
        <${PlanStrip} part=${part} revision=${known.revision} at_s=${head.at_s} fails=${fails} onSeek=${on.seek} />
        <p class="legend soft">
          <span><i class="swatch clean"></i> ${say("legend_clean")}</span>
          <span><i class="swatch faulty"></i> ${say("legend_faulty")}</span>
          <span><b class="bad">▼</b> ${say("legend_fail")}</span>
        </p>
        ${part.ended && html`<p class="wrong">✗ ${say("device_ended", { how: part.ended[spoken()] })}</p>`}
        <${Transport} part=${part} head=${head} canFollow=${run.live && end === null} on=${on} />
      </section>
      ${head.pinned &&
      html`<p class="pinned" role="status">
        ◀ ${say("pinned", { id: head.pinned.key.split(" ")[0] })}
      </p>`}
      <div class="beside">
        <${LineView} frame=${frameOf(part, head, inquiries)} at_s=${head.at_s} groups_s=${head.pinned?.groups_s ?? []} language=${spoken()} />
        <${ReadingsView} part=${part} at_s=${head.at_s} fails=${fails} />
      </div>
      ${part.power && html`<${PowerView} power=${part.power} language=${spoken()} />`}`}
    ${(verdicts.length > 0 || run) &&
    html`<${VerdictsView}
      verdicts=${verdicts}
      count=${verdicts.length}
      language=${spoken()}
      openKey=${openKey}
      told=${opened && inquiries.answer(verdictPath(opened, spoken()))}
      parts=${parts}
      isRunning=${end === null}
      hasProbes=${run?.probes.length > 1}
      onOpen=${on.open}
      onMoment=${on.moment}
    />`}
  </main>`;
}
