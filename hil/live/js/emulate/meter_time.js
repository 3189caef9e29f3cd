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
 * The true time at which the meter's clock will show another one: it may go wrong, and jumps go by the true time.
 * @param {{clock_shows: string, legal_time: string}} state
 * @param {string} clock_shows
 */
export function legalWhen(state, clock_shows) {
  const wrong_s = Math.round((wallOf(state.clock_shows).getTime() - wallOf(state.legal_time).getTime()) / 1000);
  return new Date(wallOf(clock_shows).getTime() - 1000 * wrong_s).toISOString().slice(0, 19);
}

/**
 * The date, so many days later.
 * @param {string} text
 * @param {number} days
 */
export function dateOf(text, days = 0) {
  return new Date(wallOf(text).getTime() + 86_400_000 * days).toISOString().slice(0, 10);
}
