// SPDX-License-Identifier: Apache-2.0
// /// script
// requires-node = ">=18"
// npm = ["teleinfo@0.1.0"]
//
// [tool.xky-league]
// speed = 10  # it waits by frames, not by the clock
// ///
// /// board
// id = "teleinfo-node"
// title = "teleinfo 0.1.0 (npm)"
// modes = ["historic"]  # it opens its port at 1200 baud
// ///
// teleinfo 0.1.0 of npm (historic) as a program under test: its events 'tramedecodee', as its README has it.
//
//     NODE_PATH=…/node_modules node teleinfo_node.js PORT
//
// The package asks for serialport 1.2.5, which no Node of today builds. What it uses of it stands here, written anew: a
// port that is set as asked, and a parser that cuts the text at a delimiter.

"use strict";

const { spawnSync } = require("node:child_process");
const { EventEmitter } = require("node:events");
const fs = require("node:fs");
const Module = require("node:module");

function cutAt(delimiter) {
  let rest = "";
  return (port, data) => {
    const parts = (rest + data.toString("latin1")).split(delimiter);
    rest = parts.pop();
    parts.forEach((part) => port.emit("data", part));
  };
}

class SerialPort extends EventEmitter {
  constructor(path, options) {
    super();
    const words = [options.baudrate, `cs${options.dataBits}`, options.parity === "even" ? "parenb" : "-parenb", "-parodd"];
    spawnSync("stty", ["-F", path, "raw", "-echo", "clocal", ...words.map(String)]);
    fs.createReadStream(path).on("data", (data) => options.parser(this, data));
  }
}

const load = Module._load;
Module._load = (name, ...rest) =>
  name === "serialport" ? { SerialPort, parsers: { readline: cutAt } } : load(name, ...rest);

require("teleinfo")
  .teleinfo(process.argv[2])
  .on("tramedecodee", (frame) => fs.writeSync(1, JSON.stringify(frame) + "\n"));
