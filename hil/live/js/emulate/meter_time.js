// SPDX-License-Identifier: Apache-2.0
/** Legal times of the meter, reckoned on its own wall clock whatever the zone of the browser. */

/** @param {string} text  as the interface tells it, with its offset @returns {Date} whose UTC is that wall time */
const wallOf = (text) => new Date(`${text.slice(0, 19)}Z`);

/**
 * So many minutes later, as the interface takes it.
 * @param {string} text
 * @param {number} minutes
 */
export function laterThan(text, minutes) {
  return new Date(wallOf(text).getTime() + 60_000 * minutes).toISOString().slice(0, 16);
}

/**
 * The date, so many days later.
 * @param {string} text
 * @param {number} days
 */
export function dateOf(text, days = 0) {
  return new Date(wallOf(text).getTime() + 86_400_000 * days).toISOString().slice(0, 10);
}
