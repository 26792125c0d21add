// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/header_extension.hpp"

#include <algorithm>
#include <array>

namespace baton::media {
namespace {

struct Row {
  ExtensionReach reach;
  std::string_view uri;
};

// In the order of ExtensionKind.
constexpr std::array<Row, kExtensionKindCount> kTable{{
    {ExtensionReach::media, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"},
    {ExtensionReach::connection, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"},
    {ExtensionReach::media, "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"},
    {ExtensionReach::connection, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"},
    {ExtensionReach::media, "urn:3gpp:video-orientation"},
    {ExtensionReach::media, "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"},
    {ExtensionReach::media,
     "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"},
    {ExtensionReach::connection, "urn:ietf:params:rtp-hdrext:sdes:mid"},
    {ExtensionReach::connection, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"},
    {ExtensionReach::connection, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"},
}};

}  // namespace

ExtensionReach reach_of(ExtensionKind kind) {
  return kTable[static_cast<std::size_t>(kind)].reach;
}

std::string_view uri_of(ExtensionKind kind) {
  return kTable[static_cast<std::size_t>(kind)].uri;
}

std::optional<ExtensionKind> extension_of(std::string_view uri) {
  const auto found = std::ranges::find(kTable, uri, &Row::uri);
  return found == kTable.end() ? std::nullopt
                               : std::optional(static_cast<ExtensionKind>(found - kTable.begin()));
}

void write_absolute_send_time(ByteSpan data, NtpTime when) {
  // Six bits of the seconds and eighteen of the fraction.
  const auto value = static_cast<std::uint32_t>((when.value >> 14U) & 0xFFFFFFU);
  data[0] = static_cast<std::uint8_t>(value >> 16U);
  store_u16(data, 1, static_cast<std::uint16_t>(value & 0xFFFFU));
}

}  // namespace baton::media
