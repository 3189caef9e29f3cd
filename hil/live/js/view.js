// SPDX-License-Identifier: Apache-2.0
/**
 * How everything is drawn: Preact's elements, written as htm's templates. What stands in `${…}` becomes text or a
 * property, never markup, whatever is in it.
 */
import { Component, h, render } from "../vendor/preact.mjs";
import htm from "../vendor/htm.mjs";

export const html = htm.bind(h);
export { Component, render };

/**
 * A component that is drawn anew only when one of its properties is another one.
 */
export class Quiet extends Component {
  /** @param {Record<string, unknown>} next */
  shouldComponentUpdate(next) {
    const keys = Object.keys(next);
    return keys.length !== Object.keys(this.props).length || keys.some((key) => next[key] !== this.props[key]);
  }
}
