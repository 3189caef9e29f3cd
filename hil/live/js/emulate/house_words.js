// SPDX-License-Identifier: Apache-2.0
/** How it stands with the house, in a sentence: for its card, and for the stories that befall it. */
import { number, say } from "../words.js";
import { overloadLabel } from "./line_labels.js";

/** What is to be feared or not, and its kind. @param {any} state @returns {["good" | "bad", string]} */
export function houseStatus(state) {
  const { load, cut_off, supply } = state;
  if (!supply) return ["bad", `■ ${say("no_supply")}`];
  if (cut_off.is_open) return ["bad", `■ ${say("is_cut_off", { why: say(`why_${cut_off.opened_by}`) })}`];
  if (load.over_subscription) return ["bad", `▲ ${say("is_over", { label: overloadLabel(state) })}`];
  return ["good", `● ${say("is_within")}`];
}

/** The same with its figures, in a line. @param {any} state @returns {["good" | "bad", string]} */
export function houseTold(state) {
  const [kind, status] = houseStatus(state);
  const opens_s = state.supply ? state.cut_off.opens_in_s : null;
  const parts = [`${number(state.load.drawn_va)} VA`, status, ...(opens_s === null ? [] : [say("opens_in", { seconds: number(opens_s) })])];
  return [kind, parts.join(" · ")];
}
