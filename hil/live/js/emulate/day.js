// SPDX-License-Identifier: Apache-2.0
/** The day of the meter: contract, tariff bands with the present, and the indexes. */
import { html, Quiet } from "../view.js";
import { number, say } from "../words.js";

const WIDE = 480;
const HIGH = 44;
const HOURS = [0, 6, 12, 18, 24];

/** Hours since midnight of a legal time, as a clock on the wall shows it; @param {string} text */
const wallHours = (text) => Number(text.slice(11, 13)) + Number(text.slice(14, 16)) / 60 + Number(text.slice(17, 19)) / 3600;

/** @param {string} text */
const wall = (text) => text.slice(11, 16);

export class Day extends Quiet {
  render({ meter }) {
    if (meter === null) return html`<section class="card day"><h2>${say("day")}</h2></section>`;
    const { day, state } = meter;
    const { tariff } = state;
    const isTempo = tariff.colour_today !== "none" || tariff.colour_tomorrow !== "none";
    return html`<section class="card day" aria-labelledby="day-title">
      <h2 id="day-title">${say("day")}</h2>
      <p>
        <strong>${day.contract || "–"}</strong> · <span class=${`tariff c-${tariff.colour_today}`}>${spaced(tariff.supplier_tariff)}</span>
      </p>
      ${isTempo &&
      html`<p class="colours">
        ${say("today")} <span class=${`colour c-${tariff.colour_today}`}>${say(`colour_${tariff.colour_today}`)}</span>${" "}
        ${say("tomorrow")} <span class=${`colour c-${tariff.colour_tomorrow}`}>${say(`colour_${tariff.colour_tomorrow}`)}</span>
      </p>`}
      ${(tariff.peak_running > 0 || tariff.peak_notice > 0) &&
      html`<p class="bad">${tariff.peak_running > 0 ? say("peak_runs", { number: tariff.peak_running }) : say("peak_notice", { number: tariff.peak_notice })}</p>`}
      <${Bands} bands=${day.bands} now=${state.clock_shows} date=${day.date} />
      <p class="soft">${say("clock_shows")} <strong class="clock">${state.clock_shows.slice(0, 10)} ${state.clock_shows.slice(11, 19)}</strong>${state.clock_degraded ? html` <span class="bad">${say("clock_degraded")}</span>` : ""}${", "}${say("next_switch", { time: wall(tariff.next_switch) })}</p>
      <table class="indexes">
        <caption class="hidden">${say("indexes")}</caption>
        <thead><tr><th scope="col">${say("index")}</th><th scope="col">${say("tariff")}</th><th scope="col" class="figure">Wh</th></tr></thead>
        <tbody>
          ${day.indexes.map(
            (one) => html`<tr key=${one.label} class=${one.runs ? "runs" : ""}>
              <th scope="row">${state.mode === "historic" ? (one.historic_label ?? "–") : one.label}</th>
              <td>${spaced(one.supplier_tariff) || "–"}${one.runs && html` <strong>◀ ${say("runs")}</strong>`}</td>
              <td class="figure">${number(one.energy_wh)}</td>
            </tr>`,
          )}
          <tr><th scope="row">${day.drawn_label ?? "–"}</th><td>${say("in_all")}</td><td class="figure">${number(day.drawn_wh)}</td></tr>
          ${day.injected_wh !== null && html`<tr><th scope="row">EAIT</th><td>${say("injected")}</td><td class="figure">${number(day.injected_wh)}</td></tr>`}
        </tbody>
      </table>
    </section>`;
  }
}

/** @param {string} text  centred on sixteen characters */
const spaced = (text) => text.replace(/ +/g, " ").trim();

/** Twenty-four hours; each band tells its name by ear, and in the table of indexes. */
function Bands({ bands, now, date }) {
  const x = (hours) => (hours / 24) * WIDE;
  const ends = (band) => (band.ends.slice(0, 10) === date ? wallHours(band.ends) : 24);
  const told = bands.map((band) => `${wall(band.begins)} ${spaced(band.supplier_tariff)}`).join(", ");
  return html`<svg class="bands" viewBox=${`0 0 ${WIDE} ${HIGH}`} role="img" aria-label=${say("bands", { bands: told })}>
    ${bands.map((band) => {
      const begin = wallHours(band.begins);
      const wide = ends(band) - begin;
      return html`<g key=${band.begins}>
        <rect class=${`band c-${band.colour} ${/CREUS|HC|SUP CR|NORMALE/.test(band.supplier_tariff) ? "low" : "high"}`} x=${x(begin)} y="2" width=${x(wide)} height="24" />
        ${wide > 3 && html`<text x=${x(begin + wide / 2)} y="18" text-anchor="middle">${spaced(band.supplier_tariff)}</text>`}
      </g>`;
    })}
    ${HOURS.map((hour) => html`<text key=${hour} class="hour" x=${x(hour)} y="40" text-anchor=${hour === 0 ? "start" : hour === 24 ? "end" : "middle"}>${hour} h</text>`)}
    ${now.slice(0, 10) === date && html`<path class="now" d=${`M${x(wallHours(now))} 0V30`} />`}
  </svg>`;
}
