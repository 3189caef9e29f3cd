// SPDX-License-Identifier: Apache-2.0
/** Characters of the line as a person reads them: those without a picture get one, those that are damaged a colour. */
import { html } from "../view.js";
import { say } from "../words.js";

/** Pictures that every font has; the page has a line that tells them. @type {Record<number, string>} */
const PICTURES = { 0x09: "→", 0x0a: "↓", 0x0d: "←", 0x20: "·" };
const LONGEST = 160; // characters of a row; a fault may send thousands

/** @param {string} text */
const visible = (text) =>
  text.replace(/[\x00-\x20\x7f-\xff]/g, (one) => {
    const code = one.charCodeAt(0);
    return PICTURES[code] ?? `⟨${code.toString(16).toUpperCase().padStart(2, "0")}⟩`;
  });

/**
 * @param {{text: string, damage: import("./frame_rows.js").Damage[]}} properties
 */
export function Characters({ text, damage }) {
  const shown = text.slice(0, LONGEST);
  const kinds = Array.from(shown, () => "");
  for (const kind of ["other", "parity", "framing"]) {
    for (const one of damage) if (one.kind === kind) kinds.fill(kind, one.begin, Math.min(one.end, shown.length));
  }
  const parts = [];
  for (let begin = 0; begin < shown.length; ) {
    let end = begin + 1;
    while (end < shown.length && kinds[end] === kinds[begin]) end += 1;
    const part = visible(shown.slice(begin, end));
    const kind = kinds[begin];
    parts.push(kind === "" ? part : html`<mark class=${kind} title=${say(`damage_${kind}`)}>${part}</mark>`);
    begin = end;
  }
  const lost = damage.some((one) => one.begin === one.end);
  return html`<code class="characters">${parts}${lost && html`<mark class="other" title=${say("damage_lost")}>∅</mark>`}${text.length > LONGEST && "…"}</code>`;
}
