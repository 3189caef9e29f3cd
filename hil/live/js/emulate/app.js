// SPDX-License-Identifier: Apache-2.0
/** The page of an emulated meter. */
import { html, Component } from "../view.js";
import { LanguageSwitch } from "../language_switch.js";
import { Connection, Notices } from "../notices.js";
import { TokenForm, hasToken } from "../token.js";
import { number, say, spoken } from "../words.js";
import { Board, TerminalsKnob } from "./board.js";
import { Day } from "./day.js";
import { Face } from "./face.js";
import { FaultKnob } from "./fault_knob.js";
import { House } from "./house.js";
import { BreakerKnob, ClockKnob, LoadKnob, PeakKnob, SupplyKnob, TariffKnob } from "./knobs.js";
import { Line } from "./line.js";
import { Stories } from "./stories.js";

export class App extends Component {
  componentDidMount() {
    this.unsubscribe = this.props.store.subscribe(() => this.setState({}));
  }

  componentWillUnmount() {
    this.unsubscribe();
  }

  render({ store, model, onToken }) {
    const { status, refusal, runId, serverVersion, meter, faults, perform } = store.state;
    const language = spoken();
    document.title = title(meter);
    const labels = [...new Set(model.rows.map((row) => row.label).filter((label) => label !== ""))];
    return html`<a class="skip" href="#line-title">${say("skip_to_line")}</a>
      <main>
        <header class="head">
          <h1>xKy Linky</h1>
          <span class="sub">${meter === null ? "" : about(meter)}</span>
          <${Connection} status=${status} />
          <${LanguageSwitch} onChange=${() => store.set({ language: spoken() })} />
        </header>
        <${Notices} status=${status} refusal=${refusal} serverVersion=${serverVersion} />
        ${status === "token" && html`<${TokenForm} wasRefused=${hasToken()} onToken=${onToken} />`}
        ${meter !== null &&
        html`<div class="panels">
            <div class="column">
              <${Face} display=${meter.display} state=${meter.state} speed=${meter.speed} onLongPress=${() => perform({ method: "POST", path: "/event", body: { breaker: "close" } })} language=${language} />
              <${House} key=${runId} meter=${meter} language=${language} />
              ${meter.state.board !== null && html`<${Board} key=${runId} meter=${meter} language=${language} />`}
              <${Day} meter=${meter} language=${language} />
            </div>
            <div class="column">
              <${Stories} meter=${meter} rows=${model.rows} perform=${perform} />
              <${Line} model=${model} supply=${meter.state.supply} language=${language} />
            </div>
          </div>
          <h2 class="part">${say("knobs")}</h2>
          <p class="soft">${say("knobs_about")} <a href="/docs">/docs</a></p>
          <div class="knobs">
            <${LoadKnob} meter=${meter} perform=${perform} />
            <${FaultKnob} meter=${meter} faults=${faults} labels=${labels} perform=${perform} />
            <${TariffKnob} meter=${meter} perform=${perform} />
            <${ClockKnob} meter=${meter} perform=${perform} />
            <${SupplyKnob} meter=${meter} perform=${perform} />
            <${BreakerKnob} perform=${perform} />
            ${meter.state.board?.lives_on_terminals && html`<${TerminalsKnob} meter=${meter} perform=${perform} />`}
            <${PeakKnob} meter=${meter} perform=${perform} />
          </div>`}
      </main>`;
  }
}

/** The state in the title of the tab, where it is seen while another one is open. */
function title(meter) {
  if (meter === null) return "xKy Linky";
  const { state } = meter;
  const sign = !state.supply || state.cut_off.is_open ? "■ " : state.load.over_subscription ? "▲ " : "";
  return `${sign}${number(state.load.drawn_va)} VA – xKy Linky`;
}

function about({ state, speed }) {
  const kind = [say(state.mode), say(state.phases === 1 ? "single_phase" : "three_phase"), `${state.pref_kva} kVA`];
  if (state.producer) kind.push(say("producer"));
  if (speed !== 1) kind.push(`×${number(speed, speed % 1 === 0 ? 0 : 2)}`);
  return kind.join(" · ");
}
