// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/abi_check.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace baton::framework {
namespace {

TEST_CASE("Janus counts its versions in thousands, hundreds and ones") {
  CHECK(JanusVersion(1102).text() == "1.1.2");
  CHECK(JanusVersion(1302).text() == "1.3.2");
  CHECK(JanusVersion(1000).text() == "1.0.0");
  CHECK(JanusVersion(1410).text() == "1.4.10");
}

TEST_CASE("The headers that this was built with are those of Janus 1.0.4 to 1.2.0") {
  CHECK(built_for().api_version == 102);
  CHECK(built_for().layout == PacketLayout::dependency_descriptor);
}

TEST_CASE("The gateway that this runs in tells its version") {
  CHECK(running_version() == JanusVersion(1102));
}

TEST_CASE("A plugin runs exactly where Janus's packets have the shape it was built for") {
  struct Row {
    PacketLayout layout;
    std::optional<int> built_version;
    std::optional<int> running;
    std::string refusal;  // a part of it; empty when the plugin may run
  };
  const Row row = GENERATE(values<Row>({
      // The 1.1.2 of Debian, and all others with the same shape.
      {PacketLayout::dependency_descriptor, {}, 1102, ""},
      {PacketLayout::dependency_descriptor, {}, 1000, ""},
      {PacketLayout::dependency_descriptor, {}, 1200, ""},
      // The first one after a change, and the last one before.
      {PacketLayout::dependency_descriptor,
       {},
       1201,
       "but this is Janus 1.2.1, whose RTP packets have another shape"},
      {PacketLayout::capture_time, {}, 1200, "but this is Janus 1.2.0, whose RTP packets have another shape"},
      {PacketLayout::capture_time, {}, 1201, ""},
      {PacketLayout::capture_time, {}, 1301, ""},
      // The change that did not change the API's number.
      {PacketLayout::capture_time, {}, 1302, "headers (janus-dev) of Janus 1.3.2"},
      {PacketLayout::layers_allocation, {}, 1301, "built for Janus 1.3.2 to 1.4.1"},
      {PacketLayout::layers_allocation, {}, 1302, ""},
      {PacketLayout::layers_allocation, {}, 1401, ""},
      // Beyond what is known.
      {PacketLayout::layers_allocation, {}, 1402, "newer than any that the plugin knows"},
      {PacketLayout::layers_allocation, {}, 1402, "-DBATON_BUILT_FOR_JANUS=1402"},
      {PacketLayout::layers_allocation, 1402, 1402, ""},
      {PacketLayout::layers_allocation, 1402, 1403, "built for Janus 1.4.2 (plugin API 106)"},
      {PacketLayout::dependency_descriptor, {}, 16, "too old"},
      {PacketLayout::dependency_descriptor, {}, {}, "does not tell which Janus it is"},
  }));
  const auto version = [](std::optional<int> number) {
    return number ? std::optional(JanusVersion(*number)) : std::nullopt;
  };
  const int api = row.layout == PacketLayout::dependency_descriptor ? 102 : 106;
  const auto refusal = abi_refusal({api, row.layout, version(row.built_version)}, version(row.running));
  INFO("running " << row.running.value_or(0) << ": " << refusal.value_or("accepted"));
  CHECK(refusal.has_value() == !row.refusal.empty());
  if (refusal)
    CHECK(refusal->find(row.refusal) != std::string::npos);
}

}  // namespace
}  // namespace baton::framework
