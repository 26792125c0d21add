// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "framework/janus_api.hpp"
#include "framework/media_packet.hpp"

/// Between Janus's packet structs and the framework's views; neither way copies payload.
namespace baton::framework {

[[nodiscard]] RtpPacket from_janus(const janus_plugin_rtp& packet);
[[nodiscard]] RtcpPacket from_janus(const janus_plugin_rtcp& packet);
[[nodiscard]] DataMessage from_janus(const janus_plugin_data& message);

/// Nothing when the packet is empty or longer than Janus's structs can say. The buffer pointer is not const
/// in Janus's structs, but Janus copies what it is given to send.
[[nodiscard]] std::optional<janus_plugin_rtp> to_janus(const RtpPacket& packet);
[[nodiscard]] std::optional<janus_plugin_rtcp> to_janus(const RtcpPacket& packet);

}  // namespace baton::framework
