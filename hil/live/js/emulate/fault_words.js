// SPDX-License-Identifier: Apache-2.0
/**
 * Faults in words that people read. Their ids are those of the HTTP interface, whatever there are: an id is its name in
 * English, the description of the interface tells what it does, and `words/faults.json`, which the server makes of what
 * the faults say of themselves, has the French of both.
 */
import { isSaid, say, spoken } from "../words.js";

/** @type {Record<string, {name: string, about: string}>} */
let french = {};

/** Read them; with `loadWords`. */
export async function loadFaultWords() {
  french = await (await fetch("/live/words/faults.json")).json();
}

/** Whether what is said of a fault is in the reader's language. @param {string} id */
export const isTold = (id) => spoken() === "en" || id in french;

/** @param {string} id */
export const faultName = (id) => (spoken() === "fr" && french[id]?.name) || id.replaceAll("_", " ");

/** @param {string} id @param {string} about  in English */
export const faultAbout = (id, about) => (spoken() === "fr" && french[id]?.about) || about;

/** A key of a fault. @param {string} key */
export const keyName = (key) => (isSaid(`fault_key_${key}`) ? say(`fault_key_${key}`) : key.replaceAll("_", " "));

/** One of the values that a key may have. @param {string | number} value */
export const choiceName = (value) => (isSaid(`fault_choice_${value}`) ? say(`fault_choice_${value}`) : value);
