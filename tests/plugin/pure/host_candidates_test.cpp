// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/host_candidates.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/plugin/pure/direct_sdp_samples.hpp"

namespace baton::plugin::test {

namespace {

std::vector<std::string> texts(const SocketAddresses& addresses) {
  std::vector<std::string> result;
  for (const auto& each : addresses) {
    result.push_back(each.to_string());
  }
  return result;
}

/// So many addresses, all different.
SocketAddresses addresses(std::size_t count) {
  SocketAddresses result;
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(address("198.51.100." + std::to_string(i + 1), 5000));
  }
  return result;
}

}  // namespace

TEST_CASE("Local addresses are told as they are, and a 1:1 NAT's in their place or before them") {
  struct Row {
    SocketAddresses local;
    SocketAddresses mapped;
    MappedAddress fate;
    std::vector<std::string> told;
  };
  const auto private_ipv4 = address("10.0.0.1", 5000);
  const auto other_ipv4 = address("10.0.0.2", 6000);
  const auto ipv6 = address("2001:db8::1", 5000);
  const auto public_ipv4 = address("192.0.2.1", 0);
  const std::vector<Row> rows{
      {{}, {}, MappedAddress::hidden, {}},
      {{}, {public_ipv4}, MappedAddress::kept, {}},
      {{private_ipv4, ipv6}, {}, MappedAddress::hidden, {"10.0.0.1:5000", "[2001:db8::1]:5000"}},
      {{ipv6, private_ipv4}, {}, MappedAddress::kept, {"[2001:db8::1]:5000", "10.0.0.1:5000"}},
      {{private_ipv4, ipv6}, {public_ipv4}, MappedAddress::hidden, {"192.0.2.1:5000", "[2001:db8::1]:5000"}},
      {{private_ipv4, ipv6},
       {public_ipv4},
       MappedAddress::kept,
       {"192.0.2.1:5000", "10.0.0.1:5000", "[2001:db8::1]:5000"}},
      // The NAT may have another port outside.
      {{private_ipv4}, {address("192.0.2.1", 443)}, MappedAddress::hidden, {"192.0.2.1:443"}},
      {{ipv6}, {address("2001:db8:1::9", 0)}, MappedAddress::hidden, {"[2001:db8:1::9]:5000"}},
      {{private_ipv4, other_ipv4},
       {public_ipv4},
       MappedAddress::hidden,
       {"192.0.2.1:5000", "192.0.2.1:6000"}},
      // Nothing is told twice.
      {{private_ipv4, private_ipv4}, {}, MappedAddress::hidden, {"10.0.0.1:5000"}},
      {{private_ipv4, address("10.0.0.2", 5000)}, {public_ipv4}, MappedAddress::hidden, {"192.0.2.1:5000"}},
      // Nor what nothing can be sent to.
      {{address("0.0.0.0", 5000), address("::", 5000), address("10.0.0.1", 0), ipv6},
       {},
       MappedAddress::hidden,
       {"[2001:db8::1]:5000"}},
  };
  for (const Row& row : rows) {
    CHECK(texts(advertised_addresses(row.local, row.mapped, row.fate)) == row.told);
  }
}

TEST_CASE("No more candidates are told than the limit") {
  for (const std::size_t count : {kMaxHostCandidates - 1, kMaxHostCandidates, kMaxHostCandidates + 1}) {
    const std::size_t told = std::min(count, kMaxHostCandidates);
    CHECK(advertised_addresses(addresses(count), {}, MappedAddress::hidden).size() == told);
    SdpMediaLine line;
    add_candidates(line, addresses(count));
    CHECK(values_of(line.attributes, "candidate").size() == told);
  }
}

TEST_CASE("Candidates fall in priority in their order, and end") {
  SdpMediaLine line;
  add_candidates(line, {address("192.0.2.1", 5000), address("2001:db8::1", 443), address("192.0.2.3", 1)});
  // 126 * 2^24 + (65535 - position) * 2^8 + 255 (RFC 8445 §5.1.2.1).
  CHECK(values_of(line.attributes, "candidate") ==
        std::vector<std::string_view>{"1 1 udp 2130706431 192.0.2.1 5000 typ host",
                                      "2 1 udp 2130706175 2001:db8::1 443 typ host",
                                      "3 1 udp 2130705919 192.0.2.3 1 typ host"});
  CHECK(line.attributes.back().name == "end-of-candidates");
}

TEST_CASE("The first candidate is the default one") {
  struct Row {
    SocketAddresses addresses;
    std::uint16_t port;
    std::string connection;
  };
  const std::vector<Row> rows{
      {{address("192.0.2.1", 5000), address("2001:db8::1", 443)}, 5000, "IN IP4 192.0.2.1"},
      {{address("2001:db8::1", 443), address("192.0.2.1", 5000)}, 443, "IN IP6 2001:db8::1"},
      {{}, 9, "IN IP4 0.0.0.0"},
  };
  for (const Row& row : rows) {
    SdpMediaLine line;
    set_default_candidate(line, row.addresses);
    CHECK(line.port == row.port);
    CHECK(line.connection == row.connection);
  }
}

}  // namespace baton::plugin::test
