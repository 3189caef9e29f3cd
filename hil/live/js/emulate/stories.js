// SPDX-License-Identifier: Apache-2.0
/** Things to try: each step is one call, with what there is to see of it. */
import { html, Component } from "../view.js";
import { number, say } from "../words.js";
import { faultName } from "./fault_words.js";
import { houseTold } from "./house_words.js";
import { Action } from "./knob.js";
import { boardTold } from "./board.js";
import { indexLabel, overloadLabel, powerLabel, tariffLabel, tariffSaid, tomorrowLabel } from "./line_labels.js";
import { dateOf, legalWhen } from "./meter_time.js";

/** The clock and the tariff that runs, with the colours of TEMPO. @param {any} state */
function dayTold({ clock_shows, tariff }) {
  const colour = (/** @type {string} */ name) => say(`colour_${name}`);
  const isTempo = tariff.colour_today !== "none" || tariff.colour_tomorrow !== "none";
  const colours = isTempo
    ? [`${say("today")} ${colour(tariff.colour_today)}`, `${say("tomorrow")} ${colour(tariff.colour_tomorrow)}`]
    : [];
  return [clock_shows.slice(11, 19), tariff.supplier_tariff.replace(/ +/g, " "), ...colours].join(" · ");
}

/** What a board lives through when its supply fails. @param {any} board */
function supplyStory(board) {
  const terminals = (/** @type {object} */ body) => ({ method: "PUT", path: "/terminals", body });
  const volts = (/** @type {string} */ name) => {
    const found = board.thresholds.find((/** @type {any} */ one) => one.name === name);
    return found === undefined ? "" : number(found.voltage_v, 2);
  };
  const falls = { volts: volts("brown_out"), stop: volts("stop") };
  return {
    id: "supply",
    watched: [],
    told: [board.is_on ? "good" : "bad", boardTold(board)],
    steps: [
      ["supply_1", terminals({ share: 0, for_s: 20 }), {}],
      ["supply_2", terminals({ share: 0 }), falls, falls.stop === "" ? "supply_2" : "supply_2_saves"],
      ["supply_3", terminals({ model: board.supply.model }), { volts: volts("wakes_up") }],
    ],
  };
}

/** The stories for a meter as it is. @param {any} meter */
function storiesOf({ state, day }) {
  const load = (/** @type {number} */ load_va) => ({ method: "PUT", path: "/load", body: { load_va } });
  const event = (/** @type {object} */ body) => ({ method: "POST", path: "/event", body });
  const pref_va = 1000 * state.pref_kva;
  const over_va = Math.round(1.2 * pref_va);
  const far_over_va = 2000 * Math.max(state.pcoup_kva, state.pref_kva);
  const today = dateOf(state.clock_shows);
  const colours = { [dateOf(state.clock_shows, -1)]: "white", [today]: "red", [dateOf(state.clock_shows, 1)]: "blue" };
  const jump = (/** @type {string} */ clock_shows) => event({ skip_to: legalWhen(state, clock_shows) });
  const power = powerLabel(state);
  const index = indexLabel(state, day);
  return [
    {
      id: "overload",
      told: houseTold(state),
      watched: ["SINSTS", "STGE", "PAPP", "ADPS", "ADIR1", "ADIR2", "ADIR3"],
      steps: [
        ["overload_1", load(over_va), { kva: number(over_va / 1000, 1), label: overloadLabel(state) }],
        ["overload_2", load(far_over_va), { kva: number(far_over_va / 1000) }],
        ["overload_3", load(300), {}],
        ["overload_4", event({ breaker: "close" }), {}],
      ],
    },
    {
      id: "tempo",
      told: ["", dayTold(state)],
      watched: ["DATE", "LTARF", "NTARF", "STGE", "PTEC", "DEMAIN"],
      steps: [
        ["tempo_1", { method: "PUT", path: "/tariff", body: { contract: { name: "tempo", colours } } }, { label: tariffLabel(state), said: tariffSaid(state, "HP ROUGE") }],
        ["tempo_2", jump(`${today}T19:59:50`), { label: tomorrowLabel(state) }],
        ["tempo_3", jump(`${today}T21:59:50`), { said: tariffSaid(state, "HC ROUGE") }],
        ["tempo_4", jump(`${dateOf(state.clock_shows, 1)}T05:59:50`), {}],
      ],
    },
    {
      id: "damage",
      told: houseTold(state),
      watched: [power, index],
      steps: [
        ["damage_1", { method: "POST", path: "/faults", body: { name: "parity_error", label: power, for_frames: 5 } }, { label: power }],
        ["damage_2", { method: "POST", path: "/faults", body: { name: "wrong_checksum", label: index, for_frames: 5 } }, { label: index }],
        ["damage_3", { method: "POST", path: "/supply/cut", body: { for_s: 10 } }, {}],
        ["damage_4", { method: "DELETE", path: "/faults" }, {}],
      ],
    },
    ...(state.board?.lives_on_terminals ? [supplyStory(state.board)] : []),
  ];
}

export class Stories extends Component {
  render({ meter, rows, perform }) {
    return html`<section class="card stories" aria-labelledby="stories-title">
      <h2 id="stories-title">${say("stories")}</h2>
      ${storiesOf(meter).map(
        (story) => html`<details key=${story.id} class="story">
          <summary>${say(`story_${story.id}`)}</summary>
          <p class="soft">${say(`story_${story.id}_why`)}</p>
          <div class="watched">
            <p class=${story.told[0]}>${story.told[1]}</p>
            ${story.watched.length > 0 && html`<p><span class="soft">${say("on_the_line")}</span>${rows
            .filter((row) => story.watched.includes(row.label))
            .map((row) => html` <code key=${row.key} class=${row.fault === "" ? "" : "damaged"}>${[row.label, row.timestamp, row.value.trim()].filter((one) => one !== "").join(" ")}${row.fault === "" ? "" : ` ✗ ${faultName(row.fault)}`}</code>`)}</p>`}
          </div>
          <ol>
            ${story.steps.map(
              ([key, call, values, see = key]) => html`<li key=${key}>
                <p>${say(`${see}_see`, values)}</p>
                <${Action} label=${say(key, values)} perform=${perform} call=${call} />
              </li>`,
            )}
          </ol>
        </details>`,
      )}
    </section>`;
  }
}
