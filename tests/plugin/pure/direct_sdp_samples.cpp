// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/pure/direct_sdp_samples.hpp"

#include <cstdint>

namespace baton::plugin::test {

using transport::direct::Fingerprint;
using transport::direct::IceCredentials;
using transport::direct::Port;
using transport::direct::SocketAddress;

SocketAddress address(std::string_view ip, int port) {
  return SocketAddress::parse(ip, Port{static_cast<std::uint16_t>(port)}).value();
}

DirectLocal sample_local() {
  const auto fingerprint = Fingerprint::parse(
      "AC:DC:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD");
  return {.origin = {.session_id = 12, .version = 3},
          .credentials = {"serverUf", "serverPasswordOf24Chars+"},
          .fingerprint = fingerprint.value(),
          .candidates = {address("192.0.2.1", 5000), address("2001:db8::1", 5000)}};
}

ProgramSources sample_sources() {
  return {.audio = {1001}, .video = {1002}, .video_repetitions = {1003}, .canonical_name = "program-name"};
}

IceCredentials fresh_credentials() {
  return {"freshUfr", "freshPasswordOf24Chars++"};
}

}  // namespace baton::plugin::test
