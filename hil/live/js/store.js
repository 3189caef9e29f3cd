// SPDX-License-Identifier: Apache-2.0
/** What a page knows, in one object; who draws it is told at most once a frame of the screen. */

/** @template {object} T */
export class Store {
  /** @param {T} state  at the beginning */
  constructor(state) {
    /** @type {T} */
    this.state = state;
    /** @type {Set<() => void>} */
    this.listeners = new Set();
    this.isDue = false;
  }

  /**
   * Know something else.
   * @param {Partial<T>} changes
   */
  set(changes) {
    this.state = { ...this.state, ...changes };
    if (this.isDue) return;
    this.isDue = true;
    const tell = () => {
      if (!this.isDue) return;
      this.isDue = false;
      for (const listener of this.listeners) listener();
    };
    requestAnimationFrame(tell);
    if (document.hidden) setTimeout(tell, 250); // no frames are drawn then, but memory has to stay what it is
  }

  /**
   * Be told of changes.
   * @param {() => void} listener
   */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
