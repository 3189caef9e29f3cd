// SPDX-License-Identifier: Apache-2.0
/** The knobs: load, tariff, mobile peak, supply, cut-off device, clock. */
import { html, Component } from "../view.js";
import { number, say } from "../words.js";
import { Action, Choice, Field, Knob } from "./knob.js";
import { dateOf, laterThan } from "./meter_time.js";

/** What a field says as a number, or as it was written: then the interface tells what is wrong. @param {string} text */
const numberOr = (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);

export class LoadKnob extends Component {
  constructor() {
    super();
    this.state = { load_va: "2000" };
  }

  render({ meter, perform }, { load_va }) {
    const pref_va = 1000 * meter.state.pref_kva;
    const set = (value) => this.setState({ load_va: value });
    const presets = [300, pref_va / 2, 1.25 * pref_va, 2 * 1000 * meter.state.pcoup_kva].map(Math.round);
    return html`<${Knob} id="load" title=${say("knob_load")}>
      <${Field} id="load_va" label=${say("load_va")} type="number" inputmode="numeric" step="100" value=${load_va} onValue=${set} />
      <label class="hidden" for="load_slider">${say("load_va")}</label>
      <input id="load_slider" type="range" min="0" max=${3 * pref_va} step="100" value=${load_va} onInput=${(event) => set(event.target.value)} />
      <div class="presets">${presets.map((va) => html`<button key=${va} type="button" class="small" onClick=${() => set(String(va))}>${number(va)} VA</button>`)}</div>
      <${Action} main label=${say("draw_it")} perform=${perform} call=${{ method: "PUT", path: "/load", body: { load_va: numberOr(load_va) } }} />
    </${Knob}>`;
  }
}

/** A contract as the interface takes it: TEMPO wants its colours; drawn by a seed they are the same each time. @param {string} name */
const contractOf = (name) => (name === "tempo" ? { name, colour_seed: 1 } : name);

export class TariffKnob extends Component {
  constructor() {
    super();
    this.state = { contract: "tempo", index: null };
  }

  render({ meter, perform }, { contract, index }) {
    const { day } = meter;
    const indexes = day.indexes.map((one) => [one.supplier_index, `${one.supplier_index}: ${one.supplier_tariff.replace(/ +/g, " ") || "–"}`]);
    const chosen = indexes.some(([one]) => one === Number(index)) ? Number(index) : indexes[0][0];
    return html`<${Knob} id="tariff" title=${say("knob_tariff")}>
      <${Choice} id="contract" label=${say("contract")} value=${contract} onValue=${(value) => this.setState({ contract: value })} options=${day.contracts_known.map((one) => [one, one])} />
      <${Action} label=${say("take_contract")} perform=${perform} call=${{ method: "PUT", path: "/tariff", body: { contract: contractOf(contract) } }} />
      <${Choice} id="index" label=${say("jump_to_index")} value=${chosen} onValue=${(value) => this.setState({ index: value })} options=${indexes} />
      <${Action} label=${say("jump")} perform=${perform} call=${{ method: "PUT", path: "/tariff", body: { supplier_index: chosen } }} />
    </${Knob}>`;
  }
}

export class PeakKnob extends Component {
  constructor() {
    super();
    this.state = { number: "1", in_min: "1", for_min: "30" };
  }

  render({ meter, perform }, { number: which, in_min, for_min }) {
    const now = meter.state.clock_shows;
    const start_min = Number(in_min) || 0;
    const peak = { number: Number(which), start: laterThan(now, start_min), end: laterThan(now, start_min + (Number(for_min) || 0)) };
    return html`<${Knob} id="peak" title=${say("knob_peak")}>
      <div class="fields">
        <${Choice} id="peak_number" label=${say("peak_number")} value=${which} onValue=${(value) => this.setState({ number: value })} options=${[["1", "1"], ["2", "2"], ["3", "3"]]} />
        <${Field} id="peak_in" label=${say("peak_in")} type="number" min="0" value=${in_min} onValue=${(value) => this.setState({ in_min: value })} />
        <${Field} id="peak_for" label=${say("peak_for")} type="number" min="1" value=${for_min} onValue=${(value) => this.setState({ for_min: value })} />
      </div>
      <${Action} label=${say("announce_peak")} perform=${perform} call=${{ method: "PUT", path: "/tariff", body: { peak } }} />
    </${Knob}>`;
  }
}

export class SupplyKnob extends Component {
  constructor() {
    super();
    this.state = { for_s: "10" };
  }

  render({ perform }, { for_s }) {
    const body = for_s.trim() === "" ? {} : { for_s: numberOr(for_s) };
    return html`<${Knob} id="supply" title=${say("knob_supply")}>
      <${Field} id="cut_for" label=${say("cut_for")} type="number" min="1" value=${for_s} onValue=${(value) => this.setState({ for_s: value })} />
      <${Action} label=${say("cut_supply")} perform=${perform} call=${{ method: "POST", path: "/supply/cut", body }} />
      <${Action} label=${say("restore_supply")} perform=${perform} call=${{ method: "POST", path: "/supply/restore", body: {} }} />
    </${Knob}>`;
  }
}

export function BreakerKnob({ perform }) {
  const call = (/** @type {string} */ breaker) => ({ method: "POST", path: "/event", body: { breaker } });
  return html`<${Knob} id="breaker" title=${say("knob_breaker")}>
    <${Action} label=${say("close_breaker")} perform=${perform} call=${call("close")} />
    <${Action} label=${say("open_breaker")} perform=${perform} call=${call("open")} />
  </${Knob}>`;
}

export class ClockKnob extends Component {
  constructor() {
    super();
    this.state = { skip_to: null, show: null };
  }

  render({ meter, perform }, { skip_to, show }) {
    const now = meter.state.clock_shows;
    const event = (body) => ({ method: "POST", path: "/event", body });
    const skip = skip_to ?? `${dateOf(meter.state.legal_time, 1)}T05:59`;
    const shown = show ?? laterThan(now, 5);
    return html`<${Knob} id="clock" title=${say("knob_clock")}>
      <${Field} id="skip_to" label=${say("skip_to")} type="datetime-local" value=${skip} onValue=${(value) => this.setState({ skip_to: value })} />
      <${Action} label=${say("jump")} perform=${perform} call=${event({ skip_to: skip })} />
      <${Field} id="show" label=${say("clock_show")} type="datetime-local" value=${shown} onValue=${(value) => this.setState({ show: value })} />
      <${Action} label=${say("set_clock")} perform=${perform} call=${event({ clock: { show: shown } })} />
      <${Action} label=${say("resynchronise")} perform=${perform} call=${event({ clock: { resynchronise: true } })} />
    </${Knob}>`;
  }
}
