// SPDX-License-Identifier: Apache-2.0
/** The board on terminals I1-A: its capacitor over time, what it does, what it has read, and a knob for its supply. */
import { html, Component, Quiet } from "../view.js";
import { VoltageCurve } from "../voltage_curve.js";
import { isSaid, number, say } from "../words.js";
import { Action, Choice, Field, Knob } from "./knob.js";

export class Board extends Quiet {
  render({ meter }) {
    const { state } = meter;
    const one = state.board;
    return html`<section class="card board" aria-labelledby="board-title">
      <h2 id="board-title">${say("board")}</h2>
      <p><strong lang="en">${one.title}</strong></p>
      <p class="does">${say("board_does", { doing: doing(one.does) })}</p>
      ${one.lives_on_terminals ? html`<${Power} one=${one} past=${meter.board} at_s=${state.at_s} />` : html`<p class="soft">${say("board_own_supply")}</p>`}
      <dl class="facts">
        ${one.lives_on_terminals &&
        html`<dt>${say("board_supply")}</dt><dd>${supplyText(one.supply)}</dd>
          <dt>${say("board_drawn")}</dt><dd>${say("board_of_available", { drawn: milli(one.drawn_w), available: milli(one.supply.available_w) })}</dd>
          <dt>${say("board_load")}</dt><dd>${milli(one.load_w)} mW</dd>
          <dt>${say("board_brown_outs")}</dt><dd>${one.last_brown_out_s === null ? number(one.brown_outs) : say("board_last", { count: number(one.brown_outs), seconds: number(state.at_s - one.last_brown_out_s) })}</dd>`}
        <dt>${say("board_readings")}</dt><dd>${one.last_reading === null ? number(one.readings) : say("board_last_reading", { count: number(one.readings), seconds: number(state.at_s - one.last_reading.at_s) })}</dd>
      </dl>
      ${one.last_reading !== null && html`<${Reading} values=${one.last_reading.values} />`}
    </section>`;
  }
}

/** @param {string} load  a state that this page has no words for is shown by its name */
const doing = (load) => (isSaid(`board_does_${load}`) ? say(`board_does_${load}`) : load);

/** A board in a line. @param {any} board */
export const boardTold = (board) =>
  say("board_told", {
    volts: number(board.capacitor_v, 2), doing: doing(board.does), brown_outs: number(board.brown_outs), readings: number(board.readings),
  });

/** @param {number} watts */
const milli = (watts) => number(1000 * watts, 1000 * watts < 10 ? 2 : 0);

const supplyText = ({ model, open_circuit_v, source_ohm }) => `${model} (${number(open_circuit_v, 1)} V, ${number(source_ohm)} Ω)`;

function Power({ one, past, at_s }) {
  const { supply } = one;
  const isFed = supply.open_circuit_v > 0;
  const back = supply.back_in_s === null ? "" : ` ${say("board_back_in", { seconds: number(supply.back_in_s) })}`;
  const flows = one.drawn_w > 0;
  const [kind, told] = !one.is_on
    ? ["bad", `■ ${say("board_lost")}`]
    : !isFed
      ? ["bad", `▲ ${say("board_not_fed")}`]
      : flows
        ? ["good", `● ${say("board_is_fed")}`]
        : ["soft", `○ ${say("board_no_flow")}`];
  return html`<p class="power"><strong>${number(one.capacitor_v, 2)} V</strong> <span class="soft">${say("board_capacitor")}</span></p>
    <p class=${kind}><span role="status">${told}</span>${back}</p>
    ${past !== null && html`<${Curve} past=${past} thresholds=${one.thresholds} now_v=${one.capacitor_v} at_s=${at_s} />`}`;
}

/** As far back as it is kept, or as the run is old. */
function Curve({ past, thresholds, now_v, at_s }) {
  const trace = past.trace.map((one) => [one.at_s, one.capacitor_v]);
  const end_s = Math.max(at_s, trace.at(-1)?.[0] ?? at_s);
  const span_s = Math.max(Math.min(past.window_s, end_s), 1);
  const volts = [now_v, ...trace.map((one) => one[1])];
  const minutes = number(span_s / 60, span_s < 600 ? 1 : 0);
  const told = {
    minutes, lowest: number(Math.min(...volts), 2), highest: number(Math.max(...volts), 2), now: number(now_v, 2),
    brown_outs: number(past.brown_outs_s.length),
  };
  return html`<${VoltageCurve}
    trace=${trace}
    begin_s=${end_s - span_s}
    end_s=${end_s}
    thresholds=${thresholds}
    brown_outs_s=${past.brown_outs_s}
    label=${say("board_curve", told)}
    begins=${say("board_minutes", { minutes })}
    ends=${say("board_now")}
  />`;
}

function Reading({ values }) {
  return html`<details>
    <summary>${say("board_reading")}</summary>
    <table class="indexes reading">
      <thead><tr><th scope="col">${say("column_label")}</th><th scope="col">${say("board_says")}</th></tr></thead>
      <tbody>${Object.entries(values).map(([label, value]) => html`<tr key=${label}><th scope="row">${label}</th><td>${value}</td></tr>`)}</tbody>
    </table>
  </details>`;
}

export class TerminalsKnob extends Component {
  constructor() {
    super();
    this.state = { for_s: "60", model: null };
  }

  render({ meter, perform }, { for_s, model }) {
    const known = meter.board?.supplies_known ?? [];
    const chosen = model ?? meter.state.board.supply.model;
    const seconds = for_s.trim() !== "" && Number.isFinite(Number(for_s)) ? Number(for_s) : for_s;
    const call = (/** @type {object} */ body) => ({ method: "PUT", path: "/terminals", body });
    return html`<${Knob} id="terminals" title=${say("knob_terminals")}>
      <${Field} id="terminals_for" label=${say("terminals_fail_for")} type="number" min="1" value=${for_s} onValue=${(value) => this.setState({ for_s: value })} />
      <${Action} label=${say("terminals_fail")} perform=${perform} call=${call(for_s.trim() === "" ? { share: 0 } : { share: 0, for_s: seconds })} />
      <${Choice} id="terminals_model" label=${say("terminals_model")} value=${chosen} onValue=${(value) => this.setState({ model: value })} options=${known.map((one) => [one.model, `${one.model}: ${number(one.open_circuit_v)} V, ${number(one.source_ohm)} Ω, ${number(1000 * one.available_w)} mW`])} />
      <${Action} label=${say("terminals_take")} perform=${perform} call=${call({ model: chosen })} />
    </${Knob}>`;
  }
}
