// SPDX-License-Identifier: Apache-2.0
/** Where in a run the page looks: mode and instant, by hand, playing on at a rate, or with the bench as it goes. */
import { frameAt, lengthOf, spanAt } from "./run_state.js";

/** @typedef {import("./run_state.js").Part} Part */
/**
 * @typedef {object} Head
 * @property {string} mode
 * @property {number} at_s  seconds on the bench's clock
 * @property {boolean} isFollowing  it goes with the bench
 * @property {boolean} isPlaying
 * @property {number} rate  bench seconds per second
 * @property {{key: string, line_s: number | null, groups_s: number[]} | null} pinned  verdict whose moment is shown
 */

export const RATES = [1, 4, 20, 100, 500];
const NUDGE_S = 1e-4; // of the rounding of times

/** @returns {Head} */
export const newHead = () => ({ mode: "", at_s: 0, isFollowing: true, isPlaying: false, rate: 20, pinned: null });

/** @param {Head} head @param {Map<string, Part>} parts @param {number} at_s @returns {Head} */
export function movedTo(head, parts, at_s) {
  const length_s = parts.get(head.mode)?.length_s ?? 0;
  return { ...head, at_s: Math.min(Math.max(at_s, 0), length_s), isFollowing: false, pinned: null };
}

/** So many frames on, or back. @param {Head} head @param {Map<string, Part>} parts @param {number} by @returns {Head} */
export function byFrames(head, parts, by) {
  const part = parts.get(head.mode);
  if (part === undefined || part.starts.length === 0) return head;
  const place = Math.min(Math.max(frameAt(part, head.at_s) + by, 0), part.starts.length - 1);
  return { ...movedTo(head, parts, part.starts[place] + NUDGE_S), isPlaying: false };
}

/** So many steps on, or back. @param {Head} head @param {Map<string, Part>} parts @param {number} by @returns {Head} */
export function bySteps(head, parts, by) {
  const part = parts.get(head.mode);
  if (part === undefined || part.spans.length === 0) return head;
  const place = Math.min(Math.max(spanAt(part, head.at_s) + by, 0), part.spans.length - 1);
  return movedTo(head, parts, part.spans[place].start_s + NUDGE_S);
}

/** The mode behind another one. @param {Map<string, Part>} parts @param {string} mode */
function nextMode(parts, mode) {
  const modes = [...parts.keys()];
  return modes[modes.indexOf(mode) + 1];
}

/**
 * As time passes.
 * @param {Head} head
 * @param {Map<string, Part>} parts
 * @param {number} passed_s  of the reader's clock
 * @returns {Head}
 */
export function playedOn(head, parts, passed_s) {
  if (!head.isPlaying) return head;
  const part = parts.get(head.mode);
  const at_s = head.at_s + passed_s * head.rate;
  if (part === undefined || at_s < part.length_s) return { ...head, at_s, pinned: null };
  const next = nextMode(parts, head.mode);
  if (part.isOver && next !== undefined) return { ...head, mode: next, at_s: 0, pinned: null };
  return { ...head, at_s: part.length_s, isPlaying: false, pinned: null };
}

/** With the bench. @param {Head} head @param {Map<string, Part>} parts @returns {Head} */
export function following(head, parts) {
  if (!head.isFollowing) return head;
  const part = [...parts.values()].at(-1);
  return part === undefined ? head : { ...head, mode: part.mode, at_s: part.length_s, pinned: null };
}

/** How far it is, between 0 and 1. @param {Head} head @param {Part | undefined} part */
export const shareOf = (head, part) => (lengthOf(part) > 0 ? head.at_s / lengthOf(part) : 0);
