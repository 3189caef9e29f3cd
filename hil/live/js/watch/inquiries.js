// SPDX-License-Identifier: Apache-2.0
/** What the page asks of its server besides the events: frames piece by piece, and what a verdict rests on. */

const KEPT = 200; // answers
const AGAIN_MS = 120; // between two of them: who drags the slider passes hundreds of frames

export class Inquiries {
  /**
   * @param {() => Record<string, string>} headers
   * @param {() => void} onAnswer
   */
  constructor(headers, onAnswer) {
    this.headers = headers;
    this.onAnswer = onAnswer;
    /** @type {Map<string, any>} */
    this.answers = new Map();
    this.wanted = "";
    this.isAsking = false;
  }

  /** Another run: nothing is known. */
  forget() {
    this.answers.clear();
  }

  /**
   * The answer, once it is there; the last one that was wanted is asked for.
   * @param {string} path
   */
  answer(path) {
    if (this.answers.has(path)) return this.answers.get(path);
    this.wanted = path;
    void this.ask();
    return undefined;
  }

  async ask() {
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.wanted !== "") {
      const path = this.wanted;
      this.wanted = "";
      await this.fetch(path);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    this.isAsking = false;
  }

  /** @param {string} path */
  async fetch(path) {
    if (this.answers.has(path)) return;
    try {
      const answer = await fetch(path, { headers: this.headers(), cache: "no-store" });
      if (!answer.ok) return;
      this.answers.set(path, await answer.json());
      while (this.answers.size > KEPT) this.answers.delete(this.answers.keys().next().value ?? "");
      this.onAnswer();
    } catch {
      // the stream tells that the connection is lost
    }
  }
}

/** @param {string} mode @param {number} at_s */
export const linePath = (mode, at_s) => `/line?mode=${mode}&at_s=${at_s}`;

/** @param {{id: string, mode: string, probe: string}} of @param {string} language */
export const verdictPath = ({ id, mode, probe }, language) =>
  `/verdict?${new URLSearchParams({ id, mode, probe, lang: language })}`;
