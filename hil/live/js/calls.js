// SPDX-License-Identifier: Apache-2.0
/**
 * The calls of the HTTP interface. A knob of the page is one of these and nothing more: what is sent and the line of
 * curl that is shown are made of the same object.
 */

import { tokenHeaders } from "./token.js";
import { spoken } from "./words.js";

/** Headers of each request: the token, if there is one, and the language in which the server is to complain. */
export const askHeaders = () => ({ ...tokenHeaders(), "Accept-Language": spoken() });

/** @typedef {{method: "GET" | "PUT" | "POST" | "DELETE", path: string, body?: object}} Call */

/**
 * The line for a shell that does the same.
 * @param {Call} call
 * @param {boolean} [withToken]  whether the server asks for one; it is not shown, the shell has it in a variable
 */
export function curlOf(call, withToken = false) {
  const words = ["curl"];
  if (withToken) words.push('-H "Authorization: Bearer $XKY_CONTROL_TOKEN"');
  if (call.method === "DELETE" || call.method === "PUT") words.push(`-X ${call.method}`);
  if (call.body !== undefined) words.push(`--json ${quoted(JSON.stringify(call.body))}`);
  words.push(`${location.origin}${call.path}`);
  return words.join(" ");
}

/** @param {string} text  for a POSIX shell */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Send it.
 * @param {Call} call
 * @param {Record<string, string>} headers
 * @returns {Promise<{ok: true, answer: any} | {ok: false, status: number, detail: string, language: string}>}
 */
export async function send(call, headers) {
  const hasBody = call.body !== undefined;
  try {
    const answer = await fetch(call.path, {
      method: call.method,
      headers: hasBody ? { ...headers, "Content-Type": "application/json" } : headers,
      body: hasBody ? JSON.stringify(call.body) : undefined,
      cache: "no-store",
    });
    const said = await answer.json();
    if (answer.ok) return { ok: true, answer: said };
    return { ok: false, status: answer.status, detail: String(said.detail), language: answer.headers.get("Content-Language") ?? "en" };
  } catch {
    return { ok: false, status: 0, detail: "", language: "" };
  }
}
