// SPDX-License-Identifier: Apache-2.0
/** What a reader has to know of the page itself: lost, over, another version. One line each. */
import { html } from "./view.js";
import { say } from "./words.js";

/** @returns {string} the version of this page, as it was loaded */
export const pageVersion = () => document.querySelector('meta[name="xky-version"]')?.getAttribute("content") ?? "";

/**
 * The notices that there are, read out when they come.
 * @param {{status: import("./stream.js").Status, refusal: import("./stream.js").Refusal, serverVersion: string}} properties
 */
export function Notices({ status, refusal, serverVersion }) {
  const isOther = serverVersion !== "" && serverVersion !== pageVersion();
  return html`<div class="notices" role="status" aria-live="polite">
    ${status === "connecting" && html`<p class="notice">${say("connecting")}</p>`}
    ${status === "lost" && refusal.text === "" && html`<p class="notice bad">▲ ${say("connection_lost")}</p>`}
    ${status === "lost" &&
    refusal.text !== "" &&
    html`<p class="notice bad">▲ ${say("connection_refused")} <q lang=${refusal.language}>${refusal.text}</q></p>`}
    ${status === "over" && html`<p class="notice">■ ${say("run_over")}</p>`}
    ${isOther &&
    html`<p class="notice bad">
      ▲ ${say("other_version", { page: pageVersion(), server: serverVersion })}${" "}
      <button type="button" onClick=${() => location.reload()}>${say("reload")}</button>
    </p>`}
  </div>`;
}

/**
 * Whether there is a connection, in a word and a sign.
 * @param {{status: import("./stream.js").Status}} properties
 */
export function Connection({ status }) {
  const sign = { connecting: "…", live: "●", lost: "▲", token: "▲", over: "■" }[status];
  return html`<span class=${`connection ${status}`}>
    <span aria-hidden="true">${sign}</span> ${say(`status_${status}`)}
  </span>`;
}
