// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "tests/fuzz/expect.hpp"
#include "transports/direct/dtls_connection.hpp"

using baton::fuzz::expect;
namespace core = baton::core;
namespace media = baton::media;
using namespace baton::transport::direct;

// Datagrams, each after two bytes with its size, go to a server. Without the key of the right certificate
// nobody connects, and the server says nothing before it is spoken to and never more than its bound.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto context = DtlsContext::make(*Certificate::make());
  media::ByteView rest(data, size);
  DtlsConnection server(context, DtlsRole::server, Fingerprint{}, core::Instant{});
  expect(!server.take_outgoing());
  while (rest.size() >= 2) {
    const std::size_t datagram = std::min<std::size_t>(media::load_u16(rest, 0), rest.size() - 2);
    server.incoming(rest.subspan(2, datagram), core::Instant{});
    rest = rest.subspan(2 + datagram);
  }
  expect(server.state() != DtlsState::connected && !server.take_keys());
  std::size_t sent = 0;
  while (const auto outgoing = server.take_outgoing()) {
    expect(outgoing->size() <= kDtlsMtu);
    ++sent;
  }
  expect(sent <= kMaxDtlsDatagrams);
  return 0;
}
