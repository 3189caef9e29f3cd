// SPDX-License-Identifier: Apache-2.0
/**
 * Reads the events of a server, and comes back by itself.
 *
 * `EventSource` sends no `Authorization`, so this reads the same stream by `fetch`: messages with an `id` and a `data`
 * line, comments between.
 */

/** @typedef {"connecting" | "live" | "lost" | "token" | "over"} Status */

const SILENT_MS = 12_000; // the server says something each four seconds
const AGAIN_MS = [300, 1_000, 2_000, 4_000];
const MESSAGE_MAX = 8_000_000; // characters; a server of ours sends no longer one

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

  /** One connection, from its beginning to its end; @returns {Promise<Status>} */
  async read() {
    const request = new AbortController();
    this.request = request;
    let watchdog = setTimeout(() => request.abort(), SILENT_MS);
    try {
      const last = this.lastId ? { "Last-Event-ID": this.lastId } : {};
      const answer = await fetch(this.path, {
        headers: { ...this.headers(), ...last },
        cache: "no-store",
        signal: request.signal,
      });
      if (answer.status === 401) return "token";
      if (!answer.ok || answer.body === null) return "lost";
      this.failures = 0;
      this.isOver = false;
      this.onStatus("live");
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
