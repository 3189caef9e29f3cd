// SPDX-License-Identifier: Apache-2.0
/** The trials of the device's power: its capacitor on each supply, from begin to end, and the supply cut out. */
import { html, Quiet } from "../view.js";
import { VoltageCurve } from "../voltage_curve.js";
import { number, say } from "../words.js";

/** A time as people say it. @param {number} seconds */
function lasting(seconds) {
  if (seconds < 100) return say("power_seconds", { count: number(seconds, seconds < 10 ? 1 : 0) });
  if (seconds < 6000) return say("power_minutes", { count: number(seconds / 60, seconds < 600 ? 1 : 0) });
  return say("power_hours", { count: number(seconds / 3600, seconds < 36_000 ? 1 : 0) });
}

/** @param {any} trial */
function Trial({ trial, thresholds }) {
  const { supply } = trial;
  const volts = trial.trace.map((/** @type {[number, number]} */ one) => one[1]);
  const told = {
    lasts: lasting(trial.duration_s), lowest: number(Math.min(...volts), 2), highest: number(Math.max(...volts), 2),
    brown_outs: number(trial.brown_outs), readings: number(trial.readings),
  };
  const first_s = trial.readings_s[0];
  return html`<p>${say(`trial_${trial.name}_why`)}</p>
    <${VoltageCurve}
      trace=${trial.trace}
      begin_s=${0}
      end_s=${trial.duration_s}
      thresholds=${thresholds}
      brown_outs_s=${trial.brown_outs_s}
      readings_s=${trial.readings_s}
      gone_s=${trial.gone_s}
      label=${say("power_curve", told)}
      begins="0"
      ends=${told.lasts}
    />
    <p class="legend soft">
      <span><i class="swatch reads"></i> ${say("power_reads")}</span>
      ${trial.brown_outs > 0 && html`<span><i class="swatch lost"></i> ${say("power_brown_outs")}</span>`}
      ${trial.gone_s && html`<span><i class="swatch gone"></i> ${say("power_gone")}</span>`}
    </p>
    <dl class="facts">
      <dt>${say("power_supply")}</dt>
      <dd>${say("power_gives", { model: supply.model, volts: number(supply.open_circuit_v, 1), ohms: number(supply.source_ohm), milliwatts: number(1000 * supply.available_w) })}</dd>
      <dt>${say("power_readings")}</dt>
      <dd>${first_s === undefined ? told.readings : say("power_first", { count: told.readings, after: lasting(first_s) })}</dd>
      <dt>${say("power_brown_outs")}</dt><dd class=${trial.brown_outs > 0 ? "bad" : ""}>${told.brown_outs}</dd>
    </dl>`;
}

/** @param {{cuts: any[]}} properties */
const Cuts = ({ cuts }) => html`<table class="cuts">
  <caption>${say("cuts_about")}</caption>
  <thead><tr><th scope="col">${say("cut_lasted")}</th><th scope="col">${say("cut_volts")}</th><th scope="col">${say("cut_reads")}</th></tr></thead>
  <tbody>
    ${cuts.map(
      (one) => html`<tr>
        <th scope="row">${lasting(one.lasted_s)}</th>
        <td>${number(one.terminal_v, 2)} V</td>
        <td class=${one.reads_after_s === null ? "bad" : ""}>${one.reads_after_s === null ? say("cut_never") : lasting(one.reads_after_s)}</td>
      </tr>`,
    )}
  </tbody>
</table>`;

/**
 * @property {any} power  the trials of one mode, as they were told
 * @property {string} language
 */
export class PowerView extends Quiet {
  render() {
    const { power } = this.props;
    const { chosen = power.trials[0].name } = /** @type {any} */ (this.state);
    const trial = power.trials.find((/** @type {any} */ one) => one.name === chosen) ?? power.trials[0];
    return html`<section class="card power" aria-labelledby="power-title">
      <h2 id="power-title">${say("power")}</h2>
      <p class="soft">${say("power_about")}</p>
      <div class="switch" role="group" aria-label=${say("power_trials")}>
        ${power.trials.map(
          (/** @type {any} */ one) => html`<button
            type="button"
            aria-pressed=${one === trial ? "true" : "false"}
            onClick=${() => this.setState({ chosen: one.name })}
          >
            ${say(`trial_${one.name}`)}
          </button>`,
        )}
      </div>
      <${Trial} trial=${trial} thresholds=${power.thresholds} />
      ${power.cuts.length > 0 && html`<${Cuts} cuts=${power.cuts} />`}
    </section>`;
  }

  /** Of a button, too. @param {any} next @param {any} state */
  shouldComponentUpdate(next, state) {
    return state !== this.state || super.shouldComponentUpdate(next);
  }
}
