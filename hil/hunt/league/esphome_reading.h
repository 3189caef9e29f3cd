// SPDX-License-Identifier: Apache-2.0
// What a build of the league prints: one JSON object a line, a TIC label and what the sensor of that label was given.
#pragma once

#include <cstdio>
#include <string>

inline void say(const char *label, const std::string &text) {
  std::string line = std::string("{\"") + label + "\": \"";
  char escaped[8];
  for (const unsigned char one : text) {
    if (one < 0x20 || one > 0x7e || one == '"' || one == '\\') {
      std::snprintf(escaped, sizeof escaped, "\\u%04x", one);
      line += escaped;
    } else {
      line += static_cast<char>(one);
    }
  }
  std::printf("%s\"}\n", line.c_str());
  std::fflush(stdout);
}

// As the sensor holds it: a float, shown without decimals.
inline void say(const char *label, float number) {
  std::printf("{\"%s\": %.0f}\n", label, static_cast<double>(number));
  std::fflush(stdout);
}
