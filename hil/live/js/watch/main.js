// SPDX-License-Identifier: Apache-2.0
/** The page of a watched run: reads its events, keeps what is known, and draws it. Nothing can be changed from here. */
import { askHeaders } from "../calls.js";
import { Store } from "../store.js";
import { NO_REFUSAL, Stream } from "../stream.js";
import { hasToken } from "../token.js";
import { html, render } from "../view.js";
import { loadWords, say, spoken } from "../words.js";
import { App } from "./app.js";
import { Inquiries, verdictPath } from "./inquiries.js";
import { byFrames, bySteps, following, movedTo, newHead, playedOn } from "./play_head.js";
import { hasMoment, keyOf, newRun, ranked, withEvents } from "./run_state.js";
import { wordOf } from "./verdicts_view.js";

/** @typedef {import("./run_state.js").Verdict} Verdict */

await loadWords("shared", "watch");
const store = new Store({
  known: newRun(), head: newHead(), openKey: "", wasRefused: false, language: spoken(), refusal: NO_REFUSAL,
  status: /** @type {import("../stream.js").Status} */ ("connecting"),
});
const inquiries = new Inquiries(askHeaders, () => store.set({}));
const stream = new Stream({ path: "/events", headers: askHeaders, onEvents: take, onStatus: tell });
let wanted = /** @type {Verdict | null} */ (null); // whose moment is to be shown, once it is told

/** @param {any[]} events */
function take(events) {
  const before = store.state.known;
  const known = withEvents(before, events);
  if (known.isTorn) {
    stream.lastId = "";
    stream.request?.abort(); // it comes back by itself, and is told all anew
  }
  if (known.runId !== before.runId) {
    inquiries.forget();
    store.set({ known, head: following(newHead(), known.parts), openKey: "" });
  } else {
    store.set({ known, head: following(store.state.head, known.parts) });
  }
  if (known.end !== null && store.state.head.isFollowing) whenOver();
}

/** The run is over: the reader looks at the first fail that has a moment, else at the beginning, the first fail open. */
function whenOver() {
  const { known, head } = store.state;
  const mode = known.parts.keys().next().value ?? "";
  store.set({ head: bySteps({ ...head, mode, at_s: 0 }, known.parts, 0) });
  const fails = ranked(known.verdicts).filter((one) => one.verdict === "fail");
  const first = fails.find((one) => hasMoment(one, known.parts));
  if (first !== undefined) toMoment(first);
  else if (fails.length > 0) store.set({ openKey: keyOf(fails[0]) });
}

/** @param {import("../stream.js").Status} status */
function tell(status) {
  store.set({ status, refusal: stream.refusal, wasRefused: status === "token" && hasToken() });
}

/** Show the moment of a verdict: the frame that it is about, and what the device said. @param {Verdict} verdict */
function toMoment(verdict) {
  wanted = verdict;
  const head = { ...store.state.head, mode: verdict.mode };
  store.set({
    head: { ...movedTo(head, store.state.known.parts, verdict.at_s), isPlaying: false },
    openKey: keyOf(verdict),
  });
}

/** Once it is told which groups a verdict is about, the line shows their frame. */
function pin() {
  if (wanted === null) return;
  const told = inquiries.answer(verdictPath(wanted, spoken()));
  if (told === undefined) return;
  const { head } = store.state;
  const groups_s = told.groups_s;
  const pinned = { key: keyOf(wanted), line_s: groups_s.length ? groups_s[0] + 1e-4 : null, groups_s };
  wanted = null;
  store.set({ head: { ...head, pinned } });
}

const move = (/** @type {(head: any, parts: any) => any} */ how) => {
  wanted = null;
  store.set({ head: how(store.state.head, store.state.known.parts) });
};

const on = {
  seek: (/** @type {number} */ at_s) => move((head, parts) => movedTo(head, parts, at_s)),
  frames: (/** @type {number} */ by) => move((head, parts) => byFrames(head, parts, by)),
  steps: (/** @type {number} */ by) => move((head, parts) => bySteps(head, parts, by)),
  rate: (/** @type {number} */ rate) => store.set({ head: { ...store.state.head, rate } }),
  mode: (/** @type {string} */ mode) => move((head, parts) => bySteps({ ...head, mode, at_s: 0 }, parts, 0)),
  follow: () => move((head, parts) => following({ ...head, isFollowing: true, isPlaying: false }, parts)),
  play() {
    const { head, known } = store.state;
    const isAtEnd = head.at_s >= (known.parts.get(head.mode)?.length_s ?? 0);
    const from = isAtEnd && !head.isPlaying ? movedTo(head, known.parts, 0) : head;
    store.set({ head: { ...from, isPlaying: !head.isPlaying, isFollowing: false } });
  },
  open(/** @type {Verdict} */ verdict, /** @type {boolean} */ isOpen) {
    const key = keyOf(verdict);
    if (isOpen && store.state.openKey !== key) store.set({ openKey: key });
    else if (!isOpen && store.state.openKey === key) store.set({ openKey: "" });
  },
  moment(/** @type {Verdict} */ verdict) {
    if (verdict.of_power) {
      store.set({ head: { ...store.state.head, mode: verdict.mode, pinned: null } });
      requestAnimationFrame(() => document.getElementById("power-title")?.scrollIntoView({ block: "start" }));
      return;
    }
    toMoment(verdict);
    document.querySelector(".plan")?.scrollIntoView({ block: "start" });
  },
  token() {
    store.set({ status: "connecting" });
    void stream.run();
  },
  language() {
    document.title = title();
    store.set({ language: spoken() });
  },
};

const title = () => {
  const { run, end } = store.state.known;
  const what = end?.verdict ? `${say(wordOf(end.verdict))} – ` : "";
  return `${what}${run ? run.device : "xKy HIL"}`;
};

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const draw = () => {
  pin();
  document.title = title();
  render(html`<${App} state=${store.state} inquiries=${inquiries} on=${on} />`, root);
};
store.subscribe(draw);

const BELONGS_TO = "input, select, textarea, button, summary, a, [tabindex]"; // whose own keys these are
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target instanceof Element && event.target.closest(BELONGS_TO)) return;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.key === " ") on.play();
  else if (by !== undefined) event.shiftKey ? on.steps(by) : on.frames(by);
  else return;
  event.preventDefault();
});

let last_ms = performance.now();
const pass = (/** @type {number} */ now_ms) => {
  const passed_s = Math.min((now_ms - last_ms) / 1000, 0.25);
  last_ms = now_ms;
  if (store.state.head.isPlaying) {
    store.set({ head: playedOn(store.state.head, store.state.known.parts, passed_s) });
  }
  requestAnimationFrame(pass);
};
requestAnimationFrame(pass);

root.textContent = "";
draw();
void stream.run();
