// SPDX-License-Identifier: Apache-2.0
/** A frame of the stream as rows: one a group, or whatever else was on the line. */

/**
 * @typedef {object} Row
 * @property {string} key  the same for the same group of each frame
 * @property {string} label  of what the meter meant; empty where it meant no group
 * @property {string} value
 * @property {string} timestamp
 * @property {string} heard  characters of a UART that is set as the line
 * @property {Damage[]} damage
 * @property {string} fault  that made or touched it; empty: none
 * @property {string} expect  what a correct receiver does with it
 * @property {number} start_s
 * @property {number} end_s
 */
/** @typedef {{begin: number, end: number, kind: "parity" | "framing" | "other"}} Damage */

const SEPARATOR = { standard: "\t", historic: " " };

/**
 * @param {any} frame  an event
 * @returns {Row[]}
 */
export function rowsOf(frame) {
  const rows = frame.pieces === undefined ? plainRows(frame) : frame.pieces.flatMap(pieceRow);
  const seen = new Map();
  for (const row of rows) {
    const times = seen.get(row.label) ?? 0;
    seen.set(row.label, times + 1);
    row.key = `${row.label} ${times}`;
  }
  return rows;
}

/** A frame without a fault: what was meant is what left, and what is heard. */
function plainRows({ text, mode, start_s, character_s }) {
  const rows = [];
  for (let begin = text.indexOf("\n"); begin >= 0; ) {
    const end = text.indexOf("\r", begin) + 1;
    if (end === 0) break;
    const heard = text.slice(begin, end);
    rows.push({
      ...fieldsOf(heard.slice(1, -1), SEPARATOR[mode]),
      heard,
      damage: [],
      fault: "",
      expect: "must report",
      start_s: start_s + begin * character_s,
      end_s: start_s + end * character_s,
    });
    begin = text.indexOf("\n", end);
  }
  return rows;
}

/** Label, horodate and value of a group's characters; the last of them is the checksum, which may be a separator. */
function fieldsOf(group, separator) {
  const [label, ...fields] = group.slice(0, -2).split(separator);
  if (separator === "\t" && fields.length > 1) return { label, timestamp: fields[0], value: fields[1] };
  return { label, timestamp: "", value: fields.join(separator) };
}

function pieceRow(piece) {
  const isDelimiter = piece.label === undefined && piece.fault === null && piece.text.length <= 1;
  if (isDelimiter) return [];
  return [
    {
      label: piece.label ?? "",
      value: piece.value ?? "",
      timestamp: piece.timestamp ?? "",
      heard: piece.heard,
      damage: damageOf(piece),
      fault: piece.fault ?? "",
      expect: piece.expect,
      start_s: piece.start_s,
      end_s: piece.end_s,
    },
  ];
}

/** What is not as it was meant: characters of which the UART complains, and those that are others. */
function damageOf({ heard, meant, errors }) {
  /** @type {Damage[]} */
  const damage = errors.map(([place, kind]) => ({ begin: place, end: place + 1, kind }));
  if (meant === null || meant === undefined || meant === heard) return damage;
  let begin = 0;
  const shorter = Math.min(meant.length, heard.length);
  while (begin < shorter && meant[begin] === heard[begin]) begin += 1;
  let behind = 0;
  while (behind < shorter - begin && meant.at(-1 - behind) === heard.at(-1 - behind)) behind += 1;
  return [...damage, { begin, end: Math.max(heard.length - behind, begin), kind: "other" }];
}
