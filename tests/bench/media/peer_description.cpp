// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/peer_description.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

#include "plugin/sdp_description.hpp"

namespace baton::bench {
namespace {

using plugin::SdpDescription;
using plugin::SdpMediaLine;
namespace direct = transport::direct;

constexpr media::PayloadType kPublishedVideo{96};

SdpDescription parse(std::string_view text) {
  auto description = plugin::parse_description(text);
  if (!description || description->media.empty()) {
    throw std::runtime_error("This is no session description:\n" + std::string(text));
  }
  return std::move(*description);
}

void add_transport(SdpMediaLine& line, const OwnSide& own, std::string_view setup) {
  const auto add = [&](const char* name, std::string value) {
    line.attributes.push_back({name, std::move(value)});
  };
  add("rtcp-mux", "");
  add("ice-ufrag", own.credentials.username_fragment);
  add("ice-pwd", own.credentials.password);
  add("fingerprint", "sha-256 " + own.fingerprint.to_string());
  add("setup", std::string(setup));
  if (own.ice == IceSide::checking) {
    // Checks tell where we are.
    return;
  }
  const auto text = own.address.to_string();
  const auto colon = text.rfind(':');
  add("candidate",
      "1 1 udp 2130706431 " + text.substr(0, colon) + " " + text.substr(colon + 1) + " typ host");
  add("end-of-candidates", "");
}

/// With what belongs to the whole session: that we are lite, and that all media share one transport.
std::string print(const SdpDescription& description, IceSide ice) {
  auto text = plugin::print_description(description);
  std::string session = ice == IceSide::answering ? "a=ice-lite\r\na=group:BUNDLE" : "a=group:BUNDLE";
  for (const auto& line : description.media) {
    session.append(" ").append(line.attribute("mid").value_or("0"));
  }
  static constexpr std::string_view kBefore = "t=0 0\r\n";
  text.insert(text.find(kBefore) + kBefore.size(), session + "\r\n");
  return text;
}

/// What the answer repeats of the offer: a client that understands everything.
bool is_repeated(const plugin::SdpAttribute& attribute) {
  static constexpr std::array<std::string_view, 5> kRepeated = {"mid", "rtpmap", "fmtp", "rtcp-fb", "extmap"};
  return std::ranges::find(kRepeated, attribute.name) != kRepeated.end();
}

std::string_view attribute_anywhere(const SdpDescription& description, std::string_view text,
                                    std::string_view name) {
  for (const auto& line : description.media) {
    if (const auto value = line.attribute(name)) {
      return *value;
    }
  }
  // Of the whole session.
  const auto prefix = "a=" + std::string(name) + ":";
  const auto begin = text.find(prefix);
  if (begin == std::string_view::npos) {
    throw std::runtime_error("The description has no a=" + std::string(name) + ":\n" + std::string(text));
  }
  const auto value = text.substr(begin + prefix.size());
  return value.substr(0, value.find_first_of("\r\n"));
}

media::PayloadType video_payload_type(const SdpDescription& description) {
  for (const auto& line : description.media) {
    for (const auto& format : line.formats) {
      const auto value = line.attribute_of_format("rtpmap", format);
      const auto map = value ? plugin::parse_rtpmap(*value) : std::nullopt;
      if (map && plugin::same_token(map->encoding, "VP8")) {
        return plugin::parse_payload_type(format).value();
      }
    }
  }
  throw std::runtime_error("The description has no VP8.");
}

/// `foundation component transport priority ip port typ ...` (RFC 8839 §5.1).
std::optional<direct::SocketAddress> first_candidate(const SdpDescription& description) {
  for (const auto& line : description.media) {
    if (const auto value = line.attribute("candidate")) {
      std::istringstream words{std::string(*value)};
      std::string ignored;
      std::string ip;
      std::uint16_t port = 0;
      words >> ignored >> ignored >> ignored >> ignored >> ip >> port;
      return direct::SocketAddress::parse(ip, direct::Port{port});
    }
  }
  return std::nullopt;
}

}  // namespace

direct::IceCredentials random_credentials() {
  direct::IceRandom random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw std::runtime_error("There is no randomness.");
  }
  return direct::make_ice_credentials(random);
}

std::string make_publisher_offer(const OwnSide& own, media::Ssrc source) {
  SdpMediaLine video;
  video.media = "video";
  video.protocol = "UDP/TLS/RTP/SAVPF";
  video.direction = plugin::MediaDirection::sendonly;
  const auto format = std::to_string(kPublishedVideo.value);
  video.formats = {format};
  video.attributes = {{"mid", "0"},
                      {"rtpmap", format + " VP8/90000"},
                      {"rtcp-fb", format + " goog-remb"},
                      {"rtcp-fb", format + " ccm fir"},
                      {"rtcp-fb", format + " nack"},
                      {"rtcp-fb", format + " nack pli"},
                      {"msid", "bench bench-video"},
                      {"ssrc", std::to_string(source.value) + " cname:bench"}};
  add_transport(video, own, "actpass");
  return print({.session_id = 1, .version = 1, .media = {video}}, own.ice);
}

std::string make_viewer_answer(std::string_view offer, const OwnSide& own) {
  auto answer = parse(offer);
  // They are the server's own.
  answer.attributes.clear();
  for (auto& line : answer.media) {
    line.direction = plugin::MediaDirection::recvonly;
    std::erase_if(line.attributes, [](const auto& attribute) { return !is_repeated(attribute); });
    // Whoever checks begins the handshake, as browsers do.
    add_transport(line, own, own.ice == IceSide::checking ? "active" : "passive");
  }
  return print(answer, own.ice);
}

ServerSide read_server_side(std::string_view text) {
  const auto description = parse(text);
  const auto value = attribute_anywhere(description, text, "fingerprint");
  const auto blank = value.find(' ');
  const auto fingerprint =
      blank == std::string_view::npos ? std::nullopt : direct::Fingerprint::parse(value.substr(blank + 1));
  if (!fingerprint) {
    throw std::runtime_error("The description's fingerprint is not one of SHA-256.");
  }
  ServerSide result;
  result.fingerprint = *fingerprint;
  result.role = attribute_anywhere(description, text, "setup") == "passive" ? direct::DtlsRole::client
                                                                            : direct::DtlsRole::server;
  result.video = video_payload_type(description);
  result.credentials = {std::string(attribute_anywhere(description, text, "ice-ufrag")),
                        std::string(attribute_anywhere(description, text, "ice-pwd"))};
  result.address = first_candidate(description);
  return result;
}

}  // namespace baton::bench
