// SPDX-License-Identifier: Apache-2.0
/** The house behind the meter: what it draws, what it may draw, and when the cut-off device opens. */
import { html, Component } from "../view.js";
import { number, say } from "../words.js";
import { houseStatus } from "./house_words.js";

const KEPT = 180; // samples of the curve: some three minutes
const WIDE = 300;
const HIGH = 70;

export class House extends Component {
  constructor() {
    super();
    /** @type {number[]} */
    this.drawn = [];
  }

  componentWillReceiveProps(next) {
    if (next.meter === this.props.meter || next.meter === null) return;
    this.drawn = [...this.drawn, next.meter.state.load.drawn_va].slice(-KEPT);
    this.arrived_ms = performance.now();
  }

  componentDidMount() {
    this.timer = setInterval(() => {
      if (this.props.meter?.state.cut_off.opens_in_s != null) this.setState({});
    }, 500);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
  }

  /** Seconds of the bench's clock until it opens, counted on since they were told; null: it does not. */
  opens_in_s() {
    const { meter } = this.props;
    const told_s = meter?.state.cut_off.opens_in_s ?? null;
    if (told_s === null) return null;
    return Math.max(told_s - ((performance.now() - this.arrived_ms) / 1000) * meter.speed, 0);
  }

  render({ meter }) {
    if (meter === null) return html`<section class="card house"><h2>${say("house")}</h2></section>`;
    const { load, pref_kva, pcoup_kva, supply, phases } = meter.state;
    const share = load.drawn_va / (1000 * pref_kva);
    const opens_s = this.opens_in_s();
    const status = houseStatus(meter.state);
    return html`<section class="card house" aria-labelledby="house-title">
      <h2 id="house-title">${say("house")}</h2>
      <p class="power"><strong>${number(load.drawn_va)} VA</strong> <span class="soft">${say("of_subscribed", { kva: number(pref_kva), share: number(100 * share) })}</span></p>
      <${Gauge} share=${share} limit=${(1.3 * pcoup_kva) / pref_kva} />
      <p class=${status[0]} role="status">${status[1]}</p>
      ${opens_s !== null && supply && html`<p class="bad countdown">▲ ${say("opens_in", { seconds: number(opens_s) })}</p>`}
      <${Curve} drawn=${this.drawn} pref_va=${1000 * pref_kva} />
      <dl class="facts">
        ${load.injected_va > 0 && html`<dt>${say("injected")}</dt><dd>${number(load.injected_va)} VA</dd>`}
        <dt>${say(phases === 1 ? "current" : "currents")}</dt><dd>${load.currents_a.map((one) => number(one, 1)).join(" / ")} A</dd>
        <dt>${say("cut_off_power")}</dt><dd>${number(pcoup_kva)} kVA</dd>
        <dt>${say("mains")}</dt><dd>${supply ? say("mains_there") : say("mains_gone")}</dd>
        <dt>I1-A</dt><dd>${meter.state.board === null ? say("no_board") : meter.state.board.title}</dd>
      </dl>
    </section>`;
  }
}

/** How much of the subscription is drawn; the mark is where the cut-off device opens, sooner or later. */
function Gauge({ share, limit }) {
  const full = Math.max(limit * 1.15, 1.4);
  const x = (part) => Math.min(part / full, 1) * WIDE;
  return html`<svg class="gauge" viewBox=${`0 0 ${WIDE} 16`} preserveAspectRatio="none" aria-hidden="true">
    <rect class="ground" x="0" y="3" width=${WIDE} height="10" rx="3" />
    <rect class=${share > 1 ? "over" : "drawn"} x="0" y="3" width=${x(share)} height="10" rx="3" />
    <path class="mark" d=${`M${x(1)} 0V16`} />
    <path class="limit" d=${`M${x(limit)} 0V16`} />
  </svg>`;
}

function Curve({ drawn, pref_va }) {
  const highest = Math.max(1.25 * pref_va, ...drawn);
  const y = (va) => HIGH - (va / highest) * (HIGH - 4) - 2;
  const points = drawn.map((va, place) => `${((WIDE * (KEPT - drawn.length + place)) / (KEPT - 1)).toFixed(1)},${y(va).toFixed(1)}`);
  return html`<svg class="curve" viewBox=${`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label=${say("curve", { va: number(Math.max(0, ...drawn)) })}>
    <path class="mark" d=${`M0 ${y(pref_va)}H${WIDE}`} />
    <polyline class="drawn" points=${points.join(" ")} />
  </svg>`;
}
