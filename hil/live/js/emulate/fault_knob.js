// SPDX-License-Identifier: Apache-2.0
/** Faults of the line: which there are, and their keys, are told by the description of the interface. */
import { html, Component } from "../view.js";
import { number, say } from "../words.js";
import { Action, Choice, Field, Knob } from "./knob.js";
import { choiceName, faultAbout, faultName, isTold, keyName } from "./fault_words.js";

const FIRST = "parity_error";
const USUAL = { standard: "SINSTS", historic: "PAPP" }; // a label that each frame has

/**
 * The faults of an interface by their names.
 * @param {any} description  OpenAPI
 * @returns {Record<string, {about: string, fields: Record<string, any>, required: string[]}>}
 */
export function faultsOf(description) {
  const found = {};
  for (const schema of Object.values(description.components.schemas)) {
    const name = schema.properties?.name?.const;
    if (name === undefined || schema.properties.for_frames === undefined) continue;
    const { name: _name, for_frames: _frames, ...fields } = schema.properties;
    found[name] = { about: (schema.description ?? "").split("\n")[0].replaceAll("`", ""), fields, required: schema.required ?? [] };
  }
  return found;
}

export class FaultKnob extends Component {
  constructor() {
    super();
    this.state = { name: FIRST, for_frames: "5", values: {} };
  }

  /** The keys of a fault with what a person wrote, what it is unless told, or a label that there is. */
  values(fault, mode) {
    const values = {};
    for (const [key, schema] of Object.entries(fault.fields)) {
      const written = this.state.values[key];
      if (written !== undefined) values[key] = written;
      else if (schema.default !== undefined) values[key] = schema.default;
      else if (key === "label" || key === "before") values[key] = USUAL[mode];
      else values[key] = schema.type === "number" || schema.type === "integer" ? (schema.minimum ?? schema.exclusiveMinimum ?? 1) : "";
    }
    return values;
  }

  render({ meter, faults, labels, perform }, { name, for_frames }) {
    const { state } = meter;
    const fault = faults?.[name];
    const values = fault === undefined ? {} : this.values(fault, state.mode);
    const set = (key, value) => this.setState({ values: { ...this.state.values, [key]: value } });
    const body = { name, ...values, ...(for_frames.trim() === "" ? {} : { for_frames: Number(for_frames) || for_frames }) };
    const names = Object.keys(faults ?? { [FIRST]: 0 }).map((one) => [one, faultName(one)]);
    names.sort((one, other) => one[1].localeCompare(other[1]));
    return html`<${Knob} id="faults" title=${say("knob_faults")}>
      <${Choice} id="fault" label=${say("fault")} value=${name} onValue=${(value) => this.setState({ name: value, values: {} })} options=${names} />
      ${fault !== undefined && html`<p class="soft about" lang=${isTold(name) ? undefined : "en"}>${faultAbout(name, fault.about)}</p>`}
      <div class="fields">
        ${fault !== undefined && Object.entries(fault.fields).map(([key, schema]) => field(key, schema, values[key], set, labels))}
        <${Field} id="for_frames" label=${say("for_frames")} type="number" min="1" value=${for_frames} onValue=${(value) => this.setState({ for_frames: value })} />
      </div>
      <${Action} main label=${say("inject")} perform=${perform} call=${{ method: "POST", path: "/faults", body }} />
      ${state.faults.length > 0 && html`<h4>${say("faults_there")}</h4>`}
      <ul class="faults">
        ${state.faults.map(
          (one) => html`<li key=${one.id}>
            <span class="fault">✗ ${faultName(one.name)}</span> <span class="soft">${settings(one.fields)} ${one.frames_left === null ? "" : say("frames_left", { count: number(one.frames_left) })}</span>
            <${Action} label=${say("clear_one", { name: faultName(one.name) })} perform=${perform} call=${{ method: "DELETE", path: `/faults/${one.id}` }} />
          </li>`,
        )}
      </ul>
      <${Action} label=${say("clear_faults")} perform=${perform} call=${{ method: "DELETE", path: "/faults" }} />
    </${Knob}>`;
  }
}

const settings = (fields) =>
  Object.entries(fields)
    .map(([key, value]) => `${keyName(key)} = ${value}`)
    .join(", ");

/** The field of a key, by its type. */
function field(key, schema, value, set, labels) {
  const id = `fault_${key}`;
  const name = keyName(key);
  if (schema.enum !== undefined) {
    const isNumber = typeof schema.enum[0] === "number";
    return html`<${Choice} key=${id} id=${id} label=${name} value=${value} onValue=${(one) => set(key, isNumber ? Number(one) : one)} options=${schema.enum.map((one) => [one, choiceName(one)])} />`;
  }
  if (schema.type === "boolean") {
    return html`<div class="field check" key=${id}><input id=${id} type="checkbox" checked=${value} onChange=${(event) => set(key, event.target.checked)} /><label for=${id}>${name}</label></div>`;
  }
  if (schema.type === "number" || schema.type === "integer") {
    return html`<${Field} key=${id} id=${id} label=${name} type="number" step=${schema.type === "integer" ? 1 : "any"} min=${schema.minimum} max=${schema.maximum} value=${value} onValue=${(one) => set(key, one.trim() === "" ? one : Number(one))} />`;
  }
  const isLabel = key === "label" || key === "before";
  return html`<div key=${id}>
    <${Field} id=${id} label=${name} value=${value} onValue=${(one) => set(key, one)} list=${isLabel ? `${id}_known` : undefined} autocomplete="off" spellcheck="false" />
    ${isLabel && html`<datalist id=${`${id}_known`}>${labels.map((one) => html`<option key=${one} value=${one}></option>`)}</datalist>`}
  </div>`;
}
