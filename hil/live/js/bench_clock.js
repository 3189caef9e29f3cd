// SPDX-License-Identifier: Apache-2.0
/**
 * The bench's clock between two messages. What arrives says how late it is there at least; the network and the queue
 * make it later, so the latest clock of all counts, and follows slowly where the bench has fallen behind.
 */
const FOLLOWS = 0.05;

export class BenchClock {
  constructor() {
    this.speed = 1;
    this.offset_s = Number.NEGATIVE_INFINITY;
  }

  /** Begin anew: another run. */
  reset() {
    this.offset_s = Number.NEGATIVE_INFINITY;
  }

  /**
   * It is so late, or later.
   * @param {number} at_s  bench's clock, seconds
   */
  isAt(at_s) {
    const offset_s = at_s - this.elapsed_s();
    if (offset_s > this.offset_s || this.offset_s - offset_s > 5 * this.speed) this.offset_s = offset_s;
    else this.offset_s += (offset_s - this.offset_s) * FOLLOWS;
  }

  /**
   * It passes so fast.
   * @param {number} speed  bench seconds per second
   */
  runs(speed) {
    if (speed === this.speed) return;
    this.speed = speed;
    this.reset();
  }

  /** @returns {number} the present, in seconds; minus infinity before the first message */
  now_s() {
    return this.elapsed_s() + this.offset_s;
  }

  elapsed_s() {
    return (performance.now() / 1000) * this.speed;
  }
}
