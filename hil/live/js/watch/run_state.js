// SPDX-License-Identifier: Apache-2.0
/**
 * What is known of a run, from its events alone: the same whether it goes on or is read back from its evidence.
 *
 * Lists grow in place; `revision` tells that one did.
 */

/** @typedef {{en: string, fr: string}} Text */
/** @typedef {{name: string, step: string, text: Text, start_s: number, end_s: number, isFaulty: boolean}} Span */
/** @typedef {{at_s: number, said: [string, string, string | null][], probe?: string, source?: string, more?: number}} Reading */
/** @typedef {{at_s: number, text: string, probe?: string}} Remark */
/**
 * @typedef {object} Part  one mode
 * @property {string} mode
 * @property {Map<string, Text>} steps  of the plan, in order
 * @property {[string, number, number][]} planned  when each will be played, as far as that is known
 * @property {Span[]} spans  that were played
 * @property {number[]} starts  of the frames, seconds
 * @property {number[]} ends  of the frames, seconds
 * @property {Map<number, string[]>} faults  of frames that have some, by number
 * @property {Reading[]} readings
 * @property {Remark[]} remarks
 * @property {any} power  trials of the device's power
 * @property {boolean} isOver
 * @property {Text | null} ended  how the device ended before the plan did
 * @property {number} length_s  so far
 */
/**
 * @typedef {object} Verdict
 * @property {string} id  of the purpose
 * @property {string} requirement
 * @property {Text} title
 * @property {"must" | "should"} level
 * @property {string} mode
 * @property {string} probe
 * @property {"pass" | "fail" | "inconclusive" | "not applicable"} verdict
 * @property {Text} reason
 * @property {number} at_s
 * @property {boolean} [of_power]  it is judged by the trials of the device's power, each with a clock of its own
 * @property {number} [part]  earlier part of an interrupted run, whose clock is another one
 */

/** `isTorn`: something was left out, and all has to be told anew. @returns {{revision: number, next: number, isTorn: boolean, runId: string, version: string, run: any, parts: Map<string, Part>, verdicts: Verdict[], end: any}} */
export const newRun = () => ({
  revision: 0, next: 0, isTorn: false, runId: "", version: "", run: null, parts: new Map(), verdicts: [], end: null,
});

/**
 * Whether the page can go to what a verdict is about: its mode and its clock are there, and it was played.
 * @param {Verdict} one
 * @param {Map<string, Part>} parts
 */
export const hasMoment = (one, parts) => one.part === undefined && !one.of_power && one.at_s > 0 && parts.has(one.mode);

/** @param {Verdict} one */
export const keyOf = (one) => `${one.id} ${one.mode} ${one.probe}`;

/**
 * Take what has happened into account.
 * @param {ReturnType<typeof newRun>} known
 * @param {any[]} events
 * @returns {ReturnType<typeof newRun>} the same with a new revision, or another one where the server told all anew
 */
export function withEvents(known, events) {
  let run = known;
  for (const event of events) {
    if (event.kind === "hello") {
      run = { ...newRun(), runId: event.run, version: event.version };
      continue;
    }
    if (event.n > run.next) return { ...run, revision: known.revision + 1, isTorn: true };
    if (event.n !== run.next) continue; // told already, or of the stream itself
    run.next += 1;
    TAKES[event.kind]?.(run, event);
  }
  return { ...run, revision: known.revision + 1 };
}

/** @type {Record<string, (run: ReturnType<typeof newRun>, event: any) => void>} */
const TAKES = {
  run(run, event) {
    run.run = event;
  },
  plan(run, event) {
    run.parts.set(event.mode, {
      mode: event.mode, planned: event.planned, spans: [], starts: [], ends: [], faults: new Map(), readings: [],
      steps: new Map(event.steps.map((/** @type {any} */ one) => [one.name, one.text])),
      remarks: [], isOver: false, ended: null, length_s: 0, power: null,
    });
  },
  frames(run, event) {
    const part = partOf(run, event);
    for (const [start_s, end_s, isWhole, faults] of event.frames) {
      const number = part.starts.push(start_s) - 1;
      part.ends.push(end_s);
      if (faults.length || !isWhole) part.faults.set(number, faults);
      const last = part.spans.at(-1);
      const isFaulty = faults.length > 0 || !isWhole;
      if (last?.name === event.name) {
        last.end_s = end_s;
        last.isFaulty ||= isFaulty;
      } else {
        part.spans.push({ name: event.name, step: event.step, text: event.text, start_s, end_s, isFaulty });
      }
    }
    part.length_s = Math.max(part.length_s, part.ends.at(-1) ?? 0);
  },
  reading(run, event) {
    insert(partOf(run, event).readings, event);
  },
  remark(run, event) {
    insert(partOf(run, event).remarks, event);
  },
  power(run, event) {
    partOf(run, event).power = event;
  },
  played(run, event) {
    const part = partOf(run, event);
    part.isOver = true;
    part.ended = event.ended ?? null;
    part.length_s = Math.max(part.length_s, event.duration_s);
  },
  verdict(run, event) {
    run.verdicts.push(event);
  },
  end(run, event) {
    run.end = event;
  },
};

/** @param {ReturnType<typeof newRun>} run @param {{mode: string}} event @returns {Part} */
function partOf(run, event) {
  return /** @type {Part} */ (run.parts.get(event.mode));
}

/** Several probes are told one behind the other. @param {{at_s: number}[]} list @param {{at_s: number}} one */
function insert(list, one) {
  let place = list.length;
  while (place > 0 && list[place - 1].at_s > one.at_s) place -= 1;
  list.splice(place, 0, one);
}

/**
 * Place of the last of some instants that is not later; -1 where all are.
 * @param {number} count
 * @param {(place: number) => number} atOf
 * @param {number} at_s
 */
export function lastUntil(count, atOf, at_s) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (atOf(middle) <= at_s) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** @param {Part} part @param {number} at_s @returns {number} number of the frame on the line, or of the last one before */
export const frameAt = (part, at_s) => lastUntil(part.starts.length, (place) => part.starts[place], at_s);

/** @param {Part} part @param {number} at_s @returns {number} place of the span */
export const spanAt = (part, at_s) => lastUntil(part.spans.length, (place) => part.spans[place].start_s, at_s);

/** How long a mode takes, seconds: as planned, or as it was. @param {Part | undefined} part */
export function lengthOf(part) {
  if (part === undefined) return 0;
  const planned_s = part.isOver ? 0 : Math.max(0, ...part.planned.map((one) => one[2]));
  return Math.max(part.length_s, planned_s);
}

export const VERDICTS = /** @type {const} */ (["fail", "inconclusive", "pass", "not applicable"]); // the gravest first
const RANKS = ["must fail", "must inconclusive", "should fail", "should inconclusive"];

/** The worst first, else as they fell. @param {Verdict[]} verdicts */
export function ranked(verdicts) {
  return [...verdicts].sort((one, other) => rankOf(one) - rankOf(other));
}

/** @param {{level: string, verdict: string}} one */
function rankOf(one) {
  const place = RANKS.indexOf(`${one.level} ${one.verdict}`);
  return place < 0 ? RANKS.length : place;
}

/**
 * Requirements, the worst first: each has the gravest verdict of its purposes.
 * @param {Verdict[]} verdicts
 * @returns {{first: Verdict, verdict: Verdict["verdict"], purposes: Verdict[]}[]}
 */
export function requirements(verdicts) {
  /** @type {Map<string, {first: Verdict, verdict: Verdict["verdict"], purposes: Verdict[]}>} */
  const found = new Map();
  for (const one of verdicts) {
    const group = found.get(one.requirement);
    if (group === undefined) {
      found.set(one.requirement, { first: one, verdict: one.verdict, purposes: [one] });
      continue;
    }
    group.purposes.push(one);
    if (VERDICTS.indexOf(one.verdict) < VERDICTS.indexOf(group.verdict)) group.verdict = one.verdict;
  }
  const rank = (/** @type {any} */ group) => rankOf({ level: group.first.level, verdict: group.verdict });
  return [...found.values()].sort((one, other) => rank(one) - rank(other));
}
