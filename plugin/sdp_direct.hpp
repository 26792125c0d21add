// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/media/extension_map.hpp"
#include "core/media/extension_set.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtcp_writer.hpp"
#include "core/media/rtp_types.hpp"
#include "core/media/video_codec.hpp"
#include "plugin/sdp_feedback.hpp"
#include "plugin/sdp_media.hpp"
#include "plugin/sdp_refusal.hpp"
#include "plugin/sdp_sources.hpp"
#include "plugin/sdp_transport.hpp"
#include "transports/direct/dtls_connection.hpp"

/// The session descriptions that Baton exchanges with a browser for the direct transport. The media in them
/// are those of sdp.hpp; what the gateway adds and removes there, these say and read themselves.
///
/// A later description of the same connection is made and read by the same functions: see restarted() and
/// change_between() for an ICE restart (RFC 8839 §4.4.1.1). That a browser merely sends from another address
/// needs none.
///
/// Pure: any thread, no state.
namespace baton::plugin {

/// What one medium was negotiated with beside what it has through the gateway.
struct DirectTerms {
  media::ExtensionForms extension_forms = media::ExtensionForms::one_byte_only;
  /// What the peer takes.
  media::RtcpForm rtcp_form = media::RtcpForm::compound;
  /// The payload type of RTX; nothing: retransmissions are not understood.
  std::optional<media::PayloadType> repetitions;

  friend bool operator==(const DirectTerms&, const DirectTerms&) = default;
};

// --- publishing: the browser offers, Baton answers

/// A medium of DirectPublishOffer::offer.
struct DirectSource {
  DirectTerms terms;
  /// As announced. Where there are none, packets are told apart by mid or payload type; `repetitions` only if
  /// the terms have them.
  MediaSources sources;

  friend bool operator==(const DirectSource&, const DirectSource&) = default;
};

/// An offer that the room takes.
struct DirectPublishOffer {
  PublishOffer offer;
  std::optional<DirectSource> audio;  ///< set if offer.audio is
  std::optional<DirectSource> video;  ///< set if offer.video is
  Bundling bundling = Bundling::absent;
  DirectPeer peer;

  /// Whether the media are the same, wherever they come from: nothing but the transport may change in a
  /// connection that stands.
  [[nodiscard]] bool same_media(const DirectPublishOffer& other) const {
    return offer == other.offer && audio == other.audio && video == other.video;
  }
};

/// Reads a host's offer: its media as parse_publish_offer() does, and their transport. The browser begins the
/// DTLS handshake if it leaves that to us: a handshake then costs nothing before its first flight is here
/// from a checked address, and waits for its turn there; one begun from here would need memory and timers for
/// every peer that may never come.
/// @param preferred  DtlsRole::client only to keep that role in an ICE restart
[[nodiscard]] media::ParseResult<DirectPublishOffer, SdpRefusal> parse_direct_publish_offer(
    std::string_view sdp, media::VideoCodec room_codec,
    transport::direct::DtlsRole preferred = transport::direct::DtlsRole::server);

/// The answer to it.
[[nodiscard]] std::string make_direct_publish_answer(const DirectPublishOffer& offer,
                                                     const DirectLocal& local);

// --- subscribing: Baton offers, the browser answers

/// The payload type that repeats the program's video.
inline constexpr media::PayloadType kProgramRepetitions{97};

/// The streams that a viewer is sent.
struct ProgramSources {
  media::Ssrc audio;
  media::Ssrc video;
  media::Ssrc video_repetitions;
  /// CNAME of them all (RFC 7022): a token.
  std::string canonical_name;
};

/// The offer of a program to a viewer. Who begins the DTLS handshake is left to the viewer; browsers do.
[[nodiscard]] std::string make_direct_subscribe_offer(media::VideoCodec room_codec,
                                                      const ProgramSources& sources,
                                                      const DirectLocal& local);

/// How a viewer takes one medium of the program.
struct DirectReception {
  /// By the ids that its packets shall have.
  media::ExtensionMap extensions;
  /// What the viewer will send.
  FeedbackSet feedback;
  DirectTerms terms;

  friend bool operator==(const DirectReception&, const DirectReception&) = default;
};

/// Which media of the program the viewer takes, at least one, and how.
struct DirectSubscribeAnswer {
  std::optional<DirectReception> audio;
  std::optional<DirectReception> video;
  DirectPeer peer;

  [[nodiscard]] bool same_media(const DirectSubscribeAnswer& other) const {
    return audio == other.audio && video == other.video;
  }
};

/// Reads a viewer's answer to make_direct_subscribe_offer(room_codec, ...).
[[nodiscard]] media::ParseResult<DirectSubscribeAnswer, SdpRefusal> parse_direct_subscribe_answer(
    std::string_view sdp, media::VideoCodec room_codec);

}  // namespace baton::plugin
