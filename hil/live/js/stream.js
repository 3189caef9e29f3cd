// SPDX-License-Identifier: Apache-2.0
/**
 * Reads the events of a server, and comes back by itself.
 *
 * `EventSource` sends no `Authorization`, so this reads the same stream by `fetch`: messages with an `id` and a `data`
 * line, comments between.
 *
 * A browser has six connections to a server for all its tabs together, calls included. So a page that nobody sees lets
 * go of its own, and looks now and then, for the title of its tab.
 */

/** @typedef {"connecting" | "live" | "lost" | "token" | "over"} Status */

const SILENT_MS = 12_000; // the server says something each four seconds
const AGAIN_MS = [300, 1_000, 2_000, 4_000];
const MESSAGE_MAX = 8_000_000; // characters; a server of ours sends no longer one
const UNSEEN_MS = 2_000; // then it lets go: who only looks elsewhere for a moment loses nothing
const LOOKS_EACH_MS = 15_000; // unseen
const LOOK_MS = 1_500; // so long an unseen page reads
const SLOW_MS = 1_000; // then who comes back is told that what is shown is old

/** What a server tells in the place of its events, and in which language. @typedef {{text: string, language: string}} Refusal */
/** @type {Refusal} */
export const NO_REFUSAL = { text: "", language: "" };

/** Until somebody sees the page, or so long. @param {number} within_ms @returns {Promise<void>} */
const seenOrAfter = (within_ms) =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, within_ms);
    document.addEventListener("visibilitychange", done);
    if (!document.hidden) done();
  });

export class Stream {
  /**
   * @param {object} of
   * @param {string} of.path
   * @param {() => Record<string, string>} of.headers  that each request carries
   * @param {(events: any[]) => void} of.onEvents
   * @param {(status: Status) => void} of.onStatus
   */
  constructor({ path, headers, onEvents, onStatus }) {
    Object.assign(this, { path, headers, onEvents, onStatus });
    this.lastId = "";
    this.failures = 0;
    this.isOver = false;
    this.isStopped = false;
    this.hasLetGo = false;
    this.refusal = NO_REFUSAL; // why the server told nothing when it was asked last
    /** @type {AbortController | null} */
    this.request = null;
  }

  /** Read until `stop()`. */
  async run() {
    this.isStopped = false;
    while (!this.isStopped) {
      let status = /** @type {Status} */ ("lost");
      try {
        status = await this.read();
      } catch {
        // told below: whatever keeps it from reading, it tries again
      }
      if (this.isStopped) return;
      if (this.hasLetGo && status === "lost") {
        this.hasLetGo = false;
        await seenOrAfter(LOOKS_EACH_MS);
        continue;
      }
      this.onStatus(this.isOver ? "over" : status);
      if (status === "token") return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)]));
      this.failures += 1;
    }
  }

  /** Read no more. */
  stop() {
    this.isStopped = true;
    this.request?.abort();
  }

  /** Ends the connection that there is now while nobody sees the page. @returns {() => void} ends that */
  letsGoUnseen() {
    /** @type {number | undefined} */
    let timer;
    const letGo = () => {
      this.hasLetGo = true;
      this.request?.abort();
    };
    const watch = (/** @type {number} */ within_ms) => {
      clearTimeout(timer);
      timer = document.hidden ? setTimeout(letGo, within_ms) : undefined;
    };
    const turn = () => watch(UNSEEN_MS);
    watch(LOOK_MS);
    document.addEventListener("visibilitychange", turn);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", turn);
    };
  }

  /** One connection, from its beginning to its end; @returns {Promise<Status>} */
  async read() {
    const request = new AbortController();
    this.request = request;
    this.refusal = NO_REFUSAL;
    let watchdog = setTimeout(() => request.abort(), SILENT_MS);
    const slow = setTimeout(() => this.onStatus("connecting"), SLOW_MS);
    let stayConnected = () => {};
    try {
      const last = this.lastId ? { "Last-Event-ID": this.lastId } : {};
      const answer = await fetch(this.path, {
        headers: { ...this.headers(), ...last },
        cache: "no-store",
        signal: request.signal,
      });
      clearTimeout(slow);
      if (answer.status === 401) return "token";
      if (!answer.ok || answer.body === null) {
        const language = answer.headers.get("Content-Language") ?? "en";
        this.refusal = { text: String((await answer.json()).detail), language };
        return "lost";
      }
      this.failures = 0;
      this.isOver = false;
      this.onStatus("live");
      stayConnected = this.letsGoUnseen();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "lost";
        clearTimeout(watchdog);
        watchdog = setTimeout(() => request.abort(), SILENT_MS);
        text = this.take(text + value);
        if (text.length > MESSAGE_MAX) return "lost";
      }
    } finally {
      stayConnected();
      clearTimeout(slow);
      clearTimeout(watchdog);
      request.abort();
    }
  }

  /** Take the whole messages at the beginning of a text; @param {string} text @returns {string} the rest */
  take(text) {
    let begin = 0;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n", begin)) {
      this.message(text.slice(begin, end));
      begin = end + 2;
    }
    return text.slice(begin);
  }

  /** @param {string} message */
  message(message) {
    let data = "";
    for (const line of message.split("\n")) {
      if (line.startsWith("id: ")) this.lastId = line.slice(4);
      else if (line.startsWith("data: ")) data += line.slice(6);
    }
    if (data === "") return;
    const events = JSON.parse(data);
    this.isOver = events.some((/** @type {any} */ event) => event.kind === "over");
    this.onEvents(events);
  }
}
