// SPDX-License-Identifier: Apache-2.0
/** Faults by the names that people read. Their ids are those of the HTTP interface, whatever there are. */
import { isSaid, say } from "../words.js";

/** @param {string} id */
export function faultName(id) {
  const key = `fault_${id}`;
  return isSaid(key) ? say(key) : id.replaceAll("_", " ");
}
