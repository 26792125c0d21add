// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/endpoint_output.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/transports/direct/client/direct_client.hpp"
#include "tests/transports/direct/dtls_pair.hpp"
#include "tests/transports/direct/packets.hpp"
#include "tests/transports/direct/recording_listener.hpp"

namespace baton::transport::direct {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr PeerId kPeer{1};

/// Carries what leaves to a client, as the kernel would.
class WireTo final : public MessageOutput {
public:
  std::vector<Bytes> datagrams;

  int send_messages(std::span<mmsghdr> messages) override {
    for (const auto& message : messages) {
      const auto* begin = static_cast<const std::uint8_t*>(message.msg_hdr.msg_iov->iov_base);
      datagrams.emplace_back(begin, begin + message.msg_hdr.msg_iov->iov_len);
    }
    return static_cast<int>(messages.size());
  }
};

struct Pair {
  void connect() {
    for (bool any = true; any;) {
      any = false;
      while (auto datagram = client.take_outgoing()) {
        any = true;
        endpoint.incoming(*datagram, from, now);
      }
      endpoint.do_handshakes(10, now);
      any |= deliver();
    }
  }
  bool deliver() {
    endpoint.flush(now);
    const auto datagrams = std::exchange(wire.datagrams, {});
    for (Bytes datagram : datagrams) {
      client.incoming(datagram, now);
    }
    return !datagrams.empty();
  }

  std::shared_ptr<const DtlsContext> context = test::make_context();
  std::shared_ptr<const DtlsContext> browser = test::make_context();
  core::Instant now = test::real_now();
  SocketAddress from = *SocketAddress::parse("192.0.2.1", Port{4000});
  WireTo wire;
  test::RecordingListener listener;
  BatchSender sender{wire, AddressFamily::ipv4, Offload::off};
  Endpoint endpoint{context, sender, listener};
  test::DirectClient client{
      browser, {test::make_credentials(1), context->fingerprint(), DtlsRole::client}, now};
  EndpointOutput output{endpoint, kPeer};
};

TEST_CASE("An endpoint puts header and payload together for its peer, and says why it cannot") {
  Pair pair;
  const Bytes packet = test::make_rtp(7, 11);
  const auto header = media::ByteView(packet).first(12);
  const auto payload = media::ByteView(packet).subspan(12);
  CHECK(pair.output.send_rtp(header, payload, pair.now) == Handover::no_connection);
  REQUIRE(pair.endpoint.add(kPeer, {test::make_credentials(1), DtlsRole::server, pair.browser->fingerprint()},
                            pair.now) == AddPeerResult::added);
  CHECK(pair.output.send_rtcp(test::make_receiver_report(1), pair.now) == Handover::no_connection);
  std::vector<Bytes> heard;
  const auto hear = [&](media::ByteView bytes) { heard.emplace_back(bytes.begin(), bytes.end()); };
  pair.client.on_rtp = hear;
  pair.client.on_rtcp = hear;
  pair.connect();
  REQUIRE(pair.client.connected());

  CHECK(pair.output.send_rtp(header, payload, pair.now) == Handover::queued);
  CHECK(pair.output.send_rtcp(test::make_receiver_report(1), pair.now) == Handover::queued);
  const Bytes too_large(1'000'000);
  CHECK(pair.output.send_rtp(header, too_large, pair.now) == Handover::refused);
  pair.deliver();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0] == packet);
  CHECK(heard[1] == test::make_receiver_report(1));
}

}  // namespace
}  // namespace baton::transport::direct
