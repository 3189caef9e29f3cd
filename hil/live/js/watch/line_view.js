// SPDX-License-Identifier: Apache-2.0
/** The frame on the line, group by group as it left: what befell it, and what a correct receiver makes of each. */
import { html, Component } from "../view.js";
import { number, say, spoken } from "../words.js";

const ROOM_PX = 60; // left above the group that matters

/** @param {any} piece @param {number} at_s @param {number[]} groups_s */
function Piece({ piece, at_s, groups_s }) {
  const isAsked = groups_s.includes(piece.start_s);
  const isNow = piece.start_s <= at_s && at_s < piece.end_s;
  const kinds = ["piece"];
  if (piece.fault) kinds.push(piece.expect === "must" ? "touched" : "faulty");
  if (isAsked) kinds.push("asked");
  else if (isNow) kinds.push("leaving");
  else if (at_s < piece.start_s) kinds.push("to-come");
  return html`<li class=${kinds.join(" ")}>
    <code>${piece.text}</code>
    ${piece.fault &&
    html`<span class="why"
      ><span aria-hidden="true">✗</span> ${piece.fault_text[spoken()]}${piece.expect &&
      html`<span class="expect">${say(`expect_${piece.expect.replace(" ", "_")}`)}</span>`}</span
    >`}
    ${isAsked && html`<span class="about">◀ ${say("about_this")}</span>`}
  </li>`;
}

/**
 * @property {any} frame  as `/line` tells it; undefined until it is there, null before the first one
 * @property {number} at_s
 * @property {number[]} groups_s  when the groups began that a verdict is about
 */
export class LineView extends Component {
  render() {
    const { frame, at_s, groups_s } = this.props;
    this.list = undefined;
    return html`<section class="card pane" aria-labelledby="line-title">
      <h2 id="line-title">${say("line")}</h2>
      ${frame === undefined && html`<p class="soft">${say("loading")}</p>`}
      ${frame === null && html`<p class="soft">${say("no_frame")}</p>`}
      ${frame &&
      html`<p class="soft">
          ${say("frame_of", { number: frame.number + 1, at: number(frame.start_s, 2) })}${!frame.complete &&
          html` <b class="bad">${say("cut_frame")}</b>`}
        </p>
        <ol
          class="pieces"
          tabindex="0"
          aria-label=${say("line_groups")}
          ref=${(/** @type {HTMLElement | null} */ list) => (this.list = list)}
        >
          ${frame.pieces.map(
            (/** @type {any} */ piece) => html`<${Piece} piece=${piece} at_s=${at_s} groups_s=${groups_s} />`,
          )}
          ${frame.more > 0 && html`<li class="soft">${say("more_pieces", { count: frame.more })}</li>`}
        </ol>`}
    </section>`;
  }

  componentDidUpdate() {
    const marked = this.list?.querySelector(".asked, .leaving");
    if (!marked || !this.list) return;
    const top = marked.offsetTop; // of the list, which is positioned
    const { scrollTop, clientHeight } = this.list;
    if (top < scrollTop || top > scrollTop + clientHeight - ROOM_PX) this.list.scrollTop = Math.max(0, top - ROOM_PX);
  }

  componentDidMount() {
    this.componentDidUpdate();
  }
}
