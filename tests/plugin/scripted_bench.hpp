// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/plugin/fake_gateway.hpp"
#include "tests/plugin/scripted_plugin.hpp"

namespace baton::testing {

using Lines = std::vector<std::string>;
inline const Lines kNothing;

/// A gateway with the scripted plugin in it.
struct Bench {
  explicit Bench(GatewayOptions options = {}) : gateway(std::move(options), ScriptedPlugin::table()) {
    ScriptedPlugin::follow(script);
    FakeGateway::take_log();
  }
  std::shared_ptr<FakeHandle> start_and_attach() {
    REQUIRE(gateway.init() == 0);
    auto handle = gateway.attach();
    REQUIRE(handle);
    script.take_journal();
    return handle;
  }

  Script script;
  FakeGateway gateway;
};

inline bool any_contains(const Lines& lines, const std::string& part) {
  for (const std::string& line : lines)
    if (line.find(part) != std::string::npos)
      return true;
  return false;
}

inline std::vector<std::uint8_t> rtp_packet() {
  return {0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3};
}

}  // namespace baton::testing
