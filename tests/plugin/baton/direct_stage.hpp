// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/media/media_builders.hpp"
#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"
#include "tests/transports/direct/client/client_crowd.hpp"
#include "tests/transports/direct/dtls_pair.hpp"

/// The direct transport through the plugin's own door: messages by the C ABI, media by real sockets on
/// loopback.
namespace baton::testing {

namespace direct = transport::direct;

/// What the tests' browser says of its end, in the place of what a real one said.
inline std::string of_browser(const std::string& sdp, const direct::DtlsContext& browser) {
  const std::string mark = "a=fingerprint:sha-256 ";
  std::string text = sdp;
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    text.replace(begin, text.find_first_of("\r\n", begin) - begin, browser.fingerprint().to_string());
  }
  return text;
}

/// The rest of the first line that begins like this.
inline std::string value_of(const std::string& sdp, const std::string& name) {
  const std::size_t at = sdp.find("\n" + name);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + 1 + name.size();
  return sdp.substr(begin, sdp.find_first_of("\r\n", begin) - begin);
}

/// A UDP port that nobody has at this moment.
inline std::uint16_t free_port() {
  auto socket =
      direct::UdpSocket::open({.address = *direct::SocketAddress::parse("127.0.0.1", direct::Port{0})});
  REQUIRE(socket);
  return socket->local_address().port().value;
}

/// Two workers, one of which has all peers of the room; tests of the transport itself have rooms on both.
inline std::string config_for(std::uint16_t port) {
  return "general: { direct_port = " + std::to_string(port) +
         "; direct_addresses = [\"127.0.0.1\"]; direct_workers = 2; }\nroom-stage: { }\n";
}

/// A server with the direct transport, and the browsers' side of its PeerConnections.
struct DirectStage {
  explicit DirectStage(GatewayOptions options = {}) : baton(config_for(port), std::move(options)) {}

  const std::uint16_t port = free_port();
  Baton baton;
  std::shared_ptr<const direct::DtlsContext> browser =
      direct::DtlsContext::make(*direct::Certificate::make());
  const direct::SocketAddress server = *direct::SocketAddress::parse("127.0.0.1", direct::Port{port});
  direct::test::ClientCrowd crowd{server};

  /// Of a client that has taken this description of the server.
  static direct::test::DirectClientSettings settings_for(const std::string& server_sdp) {
    return {{value_of(server_sdp, "a=ice-ufrag:"), value_of(server_sdp, "a=ice-pwd:")},
            *direct::Fingerprint::parse(value_of(server_sdp, "a=fingerprint:sha-256 ")),
            direct::DtlsRole::client,
            std::chrono::milliseconds(50)};
  }
  direct::test::DirectClient& connect(const std::string& server_sdp) {
    return crowd.add(browser, settings_for(server_sdp));
  }
  [[nodiscard]] std::string offer() const {
    return of_browser(plugin::test::fixture("chromium/direct_publish"), *browser);
  }
  [[nodiscard]] std::string answer() const {
    return of_browser(plugin::test::fixture("chromium/direct_vp8"), *browser);
  }

  direct::test::DirectClient& publish(Client& host) {
    const Answer published = host.ask(host.request("publish").set("transport", "direct").set("sdp", offer()));
    INFO(published.body.dump());
    REQUIRE(published.kind() == "published");
    CHECK_FALSE(published.jsep);
    CHECK(published.body.string("transport") == "direct");
    return connect(text_of(published.body, "sdp"));
  }
  /// The server's offer to a viewer, which is not answered yet.
  static std::string subscribe(Client& viewer) {
    const Answer offered = viewer.ask(viewer.request("subscribe").set("transport", "direct"));
    INFO(offered.body.dump());
    REQUIRE(offered.kind() == "subscribed");
    CHECK_FALSE(offered.jsep);
    return text_of(offered.body, "sdp");
  }
  void start(Client& viewer) const {
    const Answer started =
        viewer.ask(viewer.request("start").set("transport", "direct").set("sdp", answer()));
    INFO(started.body.dump());
    REQUIRE(started.kind() == "started");
  }
  direct::test::DirectClient& watch(Client& viewer) {
    const std::string offer = subscribe(viewer);
    start(viewer);
    return connect(offer);
  }
  bool run(const std::function<bool()>& done) { return crowd.run(done, std::chrono::seconds(10)); }
  /// The client of this place goes on from another address with what the server says of itself now.
  void move(std::size_t place, const std::string& server_sdp) {
    crowd.move(place);
    crowd.at(place).restart({value_of(server_sdp, "a=ice-ufrag:"), value_of(server_sdp, "a=ice-pwd:")},
                            direct::test::real_now());
  }
};

/// One frame of the publisher's video, as the fixture negotiated it.
inline media::test::Bytes frame(std::uint16_t number, media::test::Frame kind, const std::string& offer) {
  const std::string ssrc = value_of(offer.substr(offer.find("m=video")), "a=ssrc:");
  return media::test::make_rtp(
      {.sequence = number,
       .timestamp = number * 3000U,
       .ssrc = static_cast<std::uint32_t>(std::stoul(ssrc)),
       .payload_type = 96,
       .marker = media::Marker::set,
       .payload = media::test::make_vp8(kind, media::test::Piece::first, number & 0x7FFFU)});
}

}  // namespace baton::testing
