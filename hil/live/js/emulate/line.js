// SPDX-License-Identifier: Apache-2.0
/** The line: the groups as they leave, what the meter meant beside what a UART makes of it. */
import { html, Component, Quiet } from "../view.js";
import { number, say } from "../words.js";
import { Characters } from "./characters.js";
import { rowsOf } from "./frame_rows.js";
import { faultName } from "./fault_words.js";

const LOOKS_EACH_MS = 100;
const READABLE_SPEED = 4; // above it nobody could follow the groups of a frame
const KEPT_DAMAGED = 30;

/** Takes the frames of the stream, and knows which groups have left. */
export class LineModel {
  /** @param {import("../bench_clock.js").BenchClock} clock */
  constructor(clock) {
    this.clock = clock;
    this.frame = null;
    /** @type {import("./frame_rows.js").Row[]} */
    this.rows = [];
    /** @type {Map<string, import("./frame_rows.js").Row>} rows that have left, the last of each key */
    this.left = new Map();
    /** @type {object[]} rows that a fault touched, newest first */
    this.damaged = [];
    this.isHeld = false;
    this.turns = 0;
  }

  /** Another run: what befell its line is another story. */
  forget() {
    this.frame = null;
    this.rows = [];
    this.left.clear();
    this.damaged = [];
    this.turns += 1;
  }

  /** @param {any} frame */
  take(frame) {
    this.clock.isAt(frame.start_s);
    const rows = rowsOf(frame);
    const touched = rows.filter((row) => row.fault !== "");
    if (touched.length > 0) {
      const at = touched.slice(0, 6).map((row) => ({ ...row, number: frame.number }));
      this.damaged = [...at.reverse(), ...this.damaged].slice(0, KEPT_DAMAGED);
    }
    if (this.isHeld) return;
    if (this.frame?.number === frame.number - 1) for (const row of this.rows) this.left.set(row.key, row);
    else this.left.clear();
    this.frame = frame;
    this.rows = rows;
    const keys = new Set(rows.map((row) => row.key));
    for (const key of this.left.keys()) if (!keys.has(key)) this.left.delete(key);
    this.turns += 1;
  }

  /** @returns {number} so many rows of the frame have left */
  sent() {
    if (this.clock.speed > READABLE_SPEED) return this.rows.length;
    const now_s = this.clock.now_s();
    let sent = 0;
    while (sent < this.rows.length && this.rows[sent].end_s <= now_s) sent += 1;
    return sent;
  }
}

export class Line extends Component {
  componentDidMount() {
    this.timer = setInterval(() => {
      const { model } = this.props;
      if (document.hidden || model.isHeld) return;
      const sent = model.sent();
      if (sent !== this.state.sent || model.turns !== this.state.turns) this.setState({ sent, turns: model.turns });
    }, LOOKS_EACH_MS);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
  }

  shouldComponentUpdate(next, state) {
    return state !== this.state || next.language !== this.props.language || next.supply !== this.props.supply;
  }

  render({ model, supply }, { sent = 0 }) {
    const { frame, rows, left } = model;
    const hold = () => {
      model.isHeld = !model.isHeld;
      this.setState({ held: model.isHeld });
    };
    return html`<section class="card line" aria-labelledby="line-title">
      <div class="titled">
        <h2 id="line-title">${say("line")}</h2>
        <button type="button" class="small" aria-pressed=${model.isHeld ? "true" : "false"} onClick=${hold}>
          ${say(model.isHeld ? "line_go_on" : "line_hold")}
        </button>
      </div>
      <p class="soft">
        ${frame === null
          ? say(model.clock.speed > 1 ? "line_waits_for_reader" : "line_waits")
          : say("line_frame", { number: number(frame.number), mode: say(frame.mode), baud: number(10 / frame.character_s) })}
        ${supply ? "" : html` <strong class="bad">${say("line_silent")}</strong>`}
      </p>
      ${frame?.faults.length > 0 &&
      html`<p class="on-the-line">✗ ${say("line_faults")} ${frame.faults.map(faultName).join(", ")}</p>`}
      <div class="scroll" tabindex="0" role="region" aria-label=${say("line_groups")}>
        <table class="groups">
          <thead>
            <tr><th scope="col">${say("column_label")}</th><th scope="col">${say("column_meant")}</th><th scope="col">${say("column_heard")}</th></tr>
          </thead>
          <tbody>
            ${rows.map((row, place) => {
              const shown = place < sent ? row : left.get(row.key);
              const when = place < sent ? "sent" : place === sent ? "leaving" : "waits";
              return html`<${GroupRow} key=${row.key} label=${row.label} row=${shown} when=${when} language=${this.props.language} />`;
            })}
          </tbody>
        </table>
      </div>
      <p class="soft small">${say("characters")}</p>
      <${Damaged} rows=${model.damaged} language=${this.props.language} />
    </section>`;
  }
}

class GroupRow extends Quiet {
  render({ label, row, when }) {
    if (row === undefined) {
      return html`<tr class=${when}><th scope="row">${label}</th><td></td><td></td></tr>`;
    }
    const isDamaged = row.fault !== "";
    return html`<tr class=${`${when}${isDamaged ? " damaged" : ""}`}>
      <th scope="row">${row.label || say("no_group")}</th>
      <td class="meant">
        <span class="value">${row.value.trim() === "" ? "–" : row.value}</span>
        ${row.timestamp !== "" && html` <span class="timestamp">${row.timestamp}</span>`}
        ${isDamaged && html`<span class="fault">✗ ${say("fault_and", { fault: faultName(row.fault), rule: say(`expect_${row.expect.replaceAll(" ", "_")}`) })}</span>`}
      </td>
      <td class="heard"><${Characters} text=${row.heard} damage=${row.damage} /></td>
    </tr>`;
  }
}

class Damaged extends Quiet {
  render({ rows }) {
    if (rows.length === 0) return null;
    return html`<details class="log">
      <summary>${say("damaged_log", { count: number(rows.length) })}</summary>
      <ol tabindex="0" aria-label=${say("damaged_list")}>
        ${rows.map(
          (row) => html`<li key=${`${row.number} ${row.key}`}>
            <span class="soft">${say("in_frame", { number: number(row.number) })}</span> <strong>${row.label || say("no_group")}</strong>${" "}
            <span class="fault">${faultName(row.fault)}</span> <${Characters} text=${row.heard} damage=${row.damage} />
          </li>`,
        )}
      </ol>
    </details>`;
  }
}
