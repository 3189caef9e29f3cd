// SPDX-License-Identifier: Apache-2.0
/** Which label of the line tells what: that goes by mode and phases, and a text may name only one that is sent. */

/** Tariffs as PTEC says them (02E); LTARF is the contract's own text. @type {Record<string, string>} */
const PTEC = { "HP ROUGE": "HPJR", "HC ROUGE": "HCJR" };

/** More drawn than is subscribed. @param {any} state */
export function overloadLabel({ mode, phases }) {
  if (mode === "standard") return "STGE, bit 7";
  return phases === 1 ? "ADPS" : "ADIR1, ADIR2, ADIR3";
}

/** Apparent power drawn. @param {any} state */
export const powerLabel = ({ mode }) => (mode === "historic" ? "PAPP" : "SINSTS");

/** The tariff that runs. @param {any} state */
export const tariffLabel = ({ mode }) => (mode === "historic" ? "PTEC" : "LTARF");

/** What that label says of a tariff of TEMPO. @param {any} state @param {string} ltarf */
export const tariffSaid = ({ mode }, ltarf) => (mode === "historic" ? PTEC[ltarf] : ltarf);

/** The colour of tomorrow. @param {any} state */
export const tomorrowLabel = ({ mode }) => (mode === "historic" ? "DEMAIN" : "STGE");

/** An index that counts now: the total, or that of the running tariff. @param {any} state @param {any} day */
export function indexLabel(state, day) {
  const running = day.indexes.find((/** @type {any} */ one) => one.runs);
  return day.drawn_label ?? running?.historic_label ?? powerLabel(state);
}
