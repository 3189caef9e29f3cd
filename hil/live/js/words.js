// SPDX-License-Identifier: Apache-2.0
/** What the page says, in the reader's language: `words/*.json` hold each text in both. */

/** @typedef {"en" | "fr"} Language */

const KEPT_AS = "xky-language";
/** @type {Record<string, Record<Language, string>>} */
const catalogue = {};
/** @type {Language} */
let language = "en";
/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/**
 * Read the texts, and choose a language: what was chosen before, else the browser's.
 * @param {...string} names  of files in `words/`
 */
export async function loadWords(...names) {
  const files = await Promise.all(names.map((name) => fetch(`/live/words/${name}.json`)));
  for (const file of files) Object.assign(catalogue, await file.json());
  const wanted = remembered() ?? navigator.language;
  speak(wanted.startsWith("fr") ? "fr" : "en");
}

/** @returns {Language} that is spoken */
export const spoken = () => language;

/**
 * Speak this language from now on.
 * @param {Language} wanted
 */
export function speak(wanted) {
  language = wanted;
  formats.clear();
  document.documentElement.lang = wanted;
  try {
    localStorage.setItem(KEPT_AS, wanted);
  } catch {
    // kept for this visit alone: the browser keeps nothing for pages
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

/**
 * A text; one that is not in the catalogue is shown as its key.
 * @param {string} key
 * @param {Record<string, string | number>} [values]  for what stands in `{…}`
 */
export function say(key, values = {}) {
  const text = catalogue[key]?.[language] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * Whether there is such a text.
 * @param {string} key
 */
export const isSaid = (key) => key in catalogue;

/**
 * A number as it is written in the language.
 * @param {number} value
 * @param {number} [digits]  behind the point
 */
export function number(value, digits = 0) {
  const kind = `${language} ${digits}`;
  let format = formats.get(kind);
  if (format === undefined) {
    format = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(kind, format);
  }
  return format.format(value);
}
