// SPDX-License-Identifier: Apache-2.0
/**
 * The meter's face: a display of two lines that the keys + and - scroll, and two lamps. A long press on + closes the
 * cut-off device, as on the meter.
 */
import { html, Component } from "../view.js";
import { number, say } from "../words.js";

const LONG_PRESS_MS = 2000; // Enedis: more than two seconds
const FASTEST_HZ = 3; // more flashes a second are hard to bear for some (WCAG 2.3.1), and nobody counts them

export class Face extends Component {
  constructor() {
    super();
    this.state = { place: 0, isPressed: false };
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  /** @param {number} step */
  scroll(step) {
    const count = this.props.display?.screens.length ?? 0;
    if (count > 0) this.setState({ place: (this.state.place + step + count) % count });
  }

  press() {
    this.wasPressed = true;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.setState({ isPressed: false });
      this.props.onLongPress();
    }, LONG_PRESS_MS);
    this.setState({ isPressed: true });
  }

  release() {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.setState({ isPressed: false });
    this.scroll(1);
  }

  cancel() {
    this.wasPressed = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.setState({ isPressed: false });
  }

  render({ display, state, speed }, { place, isPressed }) {
    const screens = display?.screens ?? [];
    const isDark = screens.length === 0;
    const screen = display?.alert && place === 0 ? display.alert : screens[Math.min(place, screens.length - 1)];
    const isKey = (event) => event.key === "Enter" || event.key === " ";
    const keys = {
      onPointerDown: (event) => event.button === 0 && this.press(),
      onPointerUp: () => this.release(),
      onPointerLeave: () => this.cancel(),
      onPointerCancel: () => this.cancel(),
      onKeyDown: (event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        if (!event.repeat) this.press();
      },
      onKeyUp: (event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        this.release();
        this.wasPressed = false;
      },
      onBlur: () => this.cancel(),
      onClick: () => {
        if (this.wasPressed) this.wasPressed = false;
        else this.scroll(1); // a screen reader clicks without a pointer or a key
      },
    };
    return html`<section class="card face" aria-labelledby="face-title">
      <h2 id="face-title">${say("face")}</h2>
      <div class=${`meter${isDark ? " dark" : ""}`}>
        <div class="upper">
          <${Lamp} flashes_per_h=${display?.upper_lamp_flashes_per_h ?? 0} speed=${speed} />
          <span class="brand" aria-hidden="true">Linky</span>
        </div>
        <div class="display" role="group" aria-label=${say("display")}>
          <span class="text">${screen?.text ?? ""}</span>
          <span class="value">${screen?.value ?? ""}<span class="unit">${screen?.unit ?? ""}</span></span>
          <span class="place" aria-hidden="true">${isDark ? "" : `${Math.min(place, screens.length - 1) + 1}/${screens.length}`}</span>
        </div>
        <div class="keys">
          <button type="button" class="key" aria-label=${say("key_minus")} onClick=${() => this.scroll(-1)} disabled=${isDark}>−</button>
          <span class=${`key-lamp${display?.key_lamp ? " on" : ""}`} aria-hidden="true"></span>
          <button type="button" class=${`key${isPressed ? " pressed" : ""}`} aria-label=${say("key_plus")} disabled=${isDark} ...${keys}>+</button>
        </div>
      </div>
      <p class="soft">
        ${isDark
          ? say("face_dark")
          : say("face_lamp", { rate: number(((display?.upper_lamp_flashes_per_h ?? 0) * speed) / 60, 1) })}
        ${display?.key_lamp && html` <strong class="bad">${say("face_press")}</strong>`}
      </p>
      ${state && html`<p class="soft small">${say("face_doubt")}</p>`}
    </section>`;
  }
}

/** One flash a Wh; the pace is a property of its style, so that nothing is drawn anew for it. */
class Lamp extends Component {
  componentDidMount() {
    this.pace();
  }

  componentDidUpdate() {
    this.pace();
  }

  shouldComponentUpdate(next) {
    return next.flashes_per_h !== this.props.flashes_per_h || next.speed !== this.props.speed;
  }

  pace() {
    const hz = Math.min((this.props.flashes_per_h * this.props.speed) / 3600, FASTEST_HZ);
    const before_hz = this.hz ?? 0;
    if (hz !== 0 && Math.abs(hz - before_hz) < 0.05 * before_hz) return; // a new pace would begin its period anew
    this.hz = hz;
    this.element.classList.toggle("flashing", hz > 0);
    if (hz > 0) this.element.style.setProperty("--period", `${(1 / hz).toFixed(3)}s`);
  }

  render() {
    return html`<span class="lamp" ref=${(/** @type {HTMLElement} */ element) => (this.element = element ?? this.element)} aria-hidden="true"></span>`;
  }
}
