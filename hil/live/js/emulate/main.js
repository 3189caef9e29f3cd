// SPDX-License-Identifier: Apache-2.0
/** Begins: the words, the stream, and the page that shows what comes. */
import { html, render } from "../view.js";
import { BenchClock } from "../bench_clock.js";
import { askHeaders, send } from "../calls.js";
import { Store } from "../store.js";
import { NO_REFUSAL, Stream } from "../stream.js";
import { loadWords } from "../words.js";
import { App } from "./app.js";
import { faultsOf } from "./fault_knob.js";
import { loadFaultWords } from "./fault_words.js";
import { LineModel } from "./line.js";

const clock = new BenchClock();
const model = new LineModel(clock);
const store = new Store({
  status: "connecting", refusal: NO_REFUSAL, runId: "", serverVersion: "", meter: null, faults: null, language: "",
  perform: performer(""),
});

/** @param {any[]} events */
function take(events) {
  for (const event of events) {
    if (event.kind === "hello") {
      clock.reset();
      if (event.run !== store.state.runId) {
        model.forget();
        store.set({ perform: performer(event.run) });
      }
      store.set({ serverVersion: event.version, runId: event.run });
    } else if (event.kind === "meter") {
      clock.runs(event.speed);
      clock.isAt(event.state.at_s);
      store.set({ meter: event });
    } else if (event.kind === "frame") {
      model.take(event);
    }
  }
}

const stream = new Stream({
  path: "/events",
  headers: askHeaders,
  onEvents: take,
  onStatus: (status) => store.set({ status, refusal: stream.refusal }),
});

/**
 * What does the calls of one run; what it changed is asked for at once, with the calls that anybody may use.
 * @param {string} runId
 */
function performer(runId) {
  return async (/** @type {import("../calls.js").Call} */ call) => {
    const said = await send(call, askHeaders());
    if (said.status === 401) store.set({ status: "token" });
    if (said.ok && store.state.meter !== null) {
      const [state, display, day] = await Promise.all(
        ["/state", "/display", "/day"].map((path) => send({ method: "GET", path }, askHeaders())),
      );
      const { meter } = store.state;
      if (state.ok && display.ok && day.ok && store.state.runId === runId) {
        store.set({ meter: { ...meter, state: state.answer, display: display.answer, day: day.answer } });
      }
    }
    return said;
  };
}

if ("TextDecoderStream" in globalThis && "ReadableStream" in globalThis) {
  await Promise.all([loadWords("shared", "emulate"), loadFaultWords()]);
  const place = document.getElementById("page");
  place.replaceChildren();
  render(html`<${App} store=${store} model=${model} onToken=${() => stream.run()} />`, place);
  stream.run();
  const description = await send({ method: "GET", path: "/openapi.json" }, {});
  if (description.ok) store.set({ faults: faultsOf(description.answer) });
}
