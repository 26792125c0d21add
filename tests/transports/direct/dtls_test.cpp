// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/transports/direct/dtls_pair.hpp"
#include "transports/direct/dtls_connection.hpp"

namespace baton::transport::direct {
namespace {

using namespace std::chrono_literals;
using test::DtlsPair;
using Profiles = std::vector<SrtpProfile>;

constexpr auto kGcm128 = SrtpProfile::aead_aes_128_gcm;
constexpr auto kGcm256 = SrtpProfile::aead_aes_256_gcm;
constexpr auto kCm = SrtpProfile::aes128_cm_sha1_80;

bool same(const SrtpKey& left, const SrtpKey& right) {
  return std::ranges::equal(left.bytes(), right.bytes());
}

bool is_zero(media::ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

TEST_CASE("A fingerprint is read and written as an SDP has it") {
  const auto certificate = Certificate::make();
  REQUIRE(certificate);
  const std::string text = certificate->fingerprint().to_string();
  CHECK(text.size() == 95);
  CHECK(Fingerprint::parse(text) == certificate->fingerprint());
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  CHECK(Fingerprint::parse(lower) == certificate->fingerprint());
  for (const std::string& wrong : {std::string(), text.substr(1), text + ":", "G" + text.substr(1),
                                   text.substr(0, 2) + ";" + text.substr(3)}) {
    INFO(wrong);
    CHECK_FALSE(Fingerprint::parse(wrong));
  }
  CHECK_FALSE(Certificate::make()->fingerprint() == certificate->fingerprint());
}

TEST_CASE("A handshake gives both sides the same keys, by the profile that the server prefers") {
  struct Row {
    Profiles client;
    Profiles server;
    SrtpProfile chosen;
  };
  const auto row = GENERATE(values<Row>({
      {{kGcm128, kGcm256, kCm}, {kGcm128, kGcm256, kCm}, kGcm128},
      {{kCm, kGcm256, kGcm128}, {kGcm128, kGcm256, kCm}, kGcm128},
      {{kCm, kGcm256}, {kGcm128, kGcm256, kCm}, kGcm256},
      {{kCm}, {kGcm128, kGcm256, kCm}, kCm},
  }));
  INFO(to_string(row.chosen));
  DtlsPair pair(test::make_context(row.client), test::make_context(row.server));
  pair.run();
  REQUIRE(pair.client.state() == DtlsState::connected);
  REQUIRE(pair.server.state() == DtlsState::connected);
  const auto client = pair.client.take_keys();
  const auto server = pair.server.take_keys();
  REQUIRE(client);
  REQUIRE(server);
  CHECK(client->profile == row.chosen);
  CHECK(server->profile == row.chosen);
  const auto sizes = key_sizes(row.chosen);
  CHECK(client->local.bytes().size() == sizes.key + sizes.salt);
  CHECK(same(client->local, server->remote));
  CHECK(same(client->remote, server->local));
  CHECK_FALSE(same(client->local, client->remote));
  CHECK_FALSE(is_zero(client->local.bytes()));
  CHECK_FALSE(pair.server.take_keys());
  CHECK(pair.largest <= kDtlsMtu);
  CHECK_FALSE(pair.client.next_deadline());
  CHECK_FALSE(pair.server.next_deadline());
}

TEST_CASE("A key is wiped when it is moved from") {
  SrtpKey key(30);
  std::ranges::fill(key.bytes(), std::uint8_t{7});
  const media::ByteView old(key.bytes().data(), 30);
  const SrtpKey moved = std::move(key);
  CHECK(moved.bytes().size() == 30);
  CHECK(is_zero(old));
}

TEST_CASE("Without a common profile there is no connection") {
  DtlsPair pair(test::make_context(Profiles{kCm}), test::make_context(Profiles{kGcm128}));
  pair.run({}, 2s);
  CHECK(pair.server.state() == DtlsState::failed);
  CHECK(pair.server.failure() == DtlsFailure::no_common_profile);
  CHECK_FALSE(pair.server.take_keys());
}

TEST_CASE("A certificate that the SDP did not promise is refused, by either side") {
  const auto client = test::make_context();
  const auto server = test::make_context();
  const Fingerprint other = Certificate::make()->fingerprint();
  SECTION("the server's") {
    DtlsPair pair(client, server, other, client->fingerprint());
    pair.run({}, 2s);
    CHECK(pair.client.failure() == DtlsFailure::fingerprint);
    CHECK(pair.server.failure() == DtlsFailure::handshake);
    CHECK(to_string(pair.client.failure()) == std::string("fingerprint"));
  }
  SECTION("the client's") {
    DtlsPair pair(client, server, server->fingerprint(), other);
    pair.run({}, 2s);
    CHECK(pair.server.failure() == DtlsFailure::fingerprint);
    CHECK_FALSE(pair.server.take_keys());
  }
}

TEST_CASE("A server says nothing before it is spoken to, and nothing to noise") {
  const auto context = test::make_context();
  DtlsConnection server(context, DtlsRole::server, context->fingerprint(), test::real_now());
  CHECK_FALSE(server.take_outgoing());
  for (std::size_t size = 0; size < 200; ++size) {
    std::vector<std::uint8_t> noise(size, static_cast<std::uint8_t>(20 + size % 44));
    server.incoming(noise, test::real_now());
    CHECK_FALSE(server.take_outgoing());
  }
  CHECK(server.state() == DtlsState::handshaking);
}

TEST_CASE("Lost flights are sent again") {
  const std::size_t lost = GENERATE(0U, 1U, 2U, 3U);
  INFO("datagram " << lost);
  DtlsPair pair(test::make_context(), test::make_context());
  pair.run([lost](std::size_t number) { return number == lost; });
  REQUIRE(pair.client.state() == DtlsState::connected);
  REQUIRE(pair.server.state() == DtlsState::connected);
  CHECK(same(pair.client.take_keys()->local, pair.server.take_keys()->remote));
}

TEST_CASE("A handshake survives when every second datagram is lost") {
  DtlsPair pair(test::make_context(), test::make_context());
  // Not strictly every second: a retransmission would always meet the same fate.
  pair.run([](std::size_t number) { return number * 2654435761U >> 13U & 1U; }, 15s);
  CHECK(pair.client.state() == DtlsState::connected);
  CHECK(pair.server.state() == DtlsState::connected);
}

TEST_CASE("A flight that comes twice does no harm") {
  const auto client_context = test::make_context();
  const auto server_context = test::make_context();
  const auto now = test::real_now();
  DtlsConnection client(client_context, DtlsRole::client, server_context->fingerprint(), now);
  DtlsConnection server(server_context, DtlsRole::server, client_context->fingerprint(), now);
  for (int round = 0; round < 4; ++round) {
    while (const auto datagram = client.take_outgoing()) {
      server.incoming(*datagram, now);
      server.incoming(*datagram, now);
    }
    while (const auto datagram = server.take_outgoing()) {
      client.incoming(*datagram, now);
      client.incoming(*datagram, now);
    }
  }
  CHECK(client.state() == DtlsState::connected);
  CHECK(server.state() == DtlsState::connected);
}

TEST_CASE("A peer that never answers is given up after 20 s") {
  const auto context = test::make_context();
  const auto now = test::real_now();
  DtlsConnection client(context, DtlsRole::client, context->fingerprint(), now);
  REQUIRE(client.next_deadline());
  CHECK(*client.next_deadline() > now);
  CHECK(*client.next_deadline() <= now + 110ms);
  client.advance(now + kDtlsHandshakeTimeout - 1us);
  CHECK(client.state() == DtlsState::handshaking);
  client.advance(now + kDtlsHandshakeTimeout);
  CHECK(client.failure() == DtlsFailure::timed_out);
  CHECK_FALSE(client.next_deadline());

  DtlsConnection server(context, DtlsRole::server, context->fingerprint(), now);
  CHECK(server.next_deadline() == now + kDtlsHandshakeTimeout);
  server.advance(now + kDtlsHandshakeTimeout);
  CHECK(server.failure() == DtlsFailure::timed_out);
}

TEST_CASE("What nobody fetches does not pile up") {
  const auto context = test::make_context();
  DtlsConnection client(context, DtlsRole::client, context->fingerprint(), test::real_now());
  DtlsConnection server(context, DtlsRole::server, context->fingerprint(), test::real_now());
  const auto hello = client.take_outgoing();
  REQUIRE(hello);
  std::size_t waiting = 0;
  for (int i = 0; i < 100; ++i) {
    server.incoming(*hello, test::real_now());
  }
  while (server.take_outgoing()) {
    ++waiting;
  }
  CHECK(waiting > 0);
  CHECK(waiting <= kMaxDtlsDatagrams);
}

TEST_CASE("A goodbye is heard") {
  DtlsPair pair(test::make_context(), test::make_context());
  pair.run();
  REQUIRE(pair.server.state() == DtlsState::connected);
  pair.client.close();
  CHECK(pair.client.state() == DtlsState::closed);
  const auto goodbye = pair.client.take_outgoing();
  REQUIRE(goodbye);
  auto forged = *goodbye;
  forged.back() ^= 1;
  pair.server.incoming(forged, test::real_now());
  CHECK(pair.server.state() == DtlsState::connected);
  pair.server.incoming(*goodbye, test::real_now());
  CHECK(pair.server.state() == DtlsState::closed);
}

}  // namespace
}  // namespace baton::transport::direct
