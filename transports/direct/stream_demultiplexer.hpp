// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/media/bytes.hpp"
#include "core/media/parse_result.hpp"
#include "core/media/rtp_packet.hpp"
#include "core/media/rtp_types.hpp"
#include "core/time.hpp"
#include "transports/direct/publisher_settings.hpp"
#include "transports/media_kind.hpp"

namespace baton::transport::direct {

/// Why a packet belongs to no stream that was negotiated. One counter each.
enum class StreamRefusal : std::uint8_t {
  unknown_mid,           ///< It names a medium that there is not.
  unknown_payload_type,  ///< Of no medium, or not of the one that it names, or another than its stream's.
  wrong_medium,          ///< Its stream is of another medium than the one that it names.
  too_many_sources,      ///< Its place is another SSRC's, which has sent something a moment ago.
};
inline constexpr std::size_t kStreamRefusalCount = 4;
[[nodiscard]] const char* to_string(StreamRefusal reason);

/// What a stream carries.
enum class StreamRole : std::uint8_t { original, repetitions };

/// Where a stream belongs. There is one for each medium and role, so a peer has four at most.
struct StreamPlace {
  MediaKind kind{};
  StreamRole role{};
  [[nodiscard]] std::size_t index() const {
    return static_cast<std::size_t>(kind) * 2 + static_cast<std::size_t>(role);
  }
  friend bool operator==(const StreamPlace&, const StreamPlace&) = default;
};
inline constexpr std::size_t kStreamPlaces = 4;

/// The answer for one packet.
struct PlacedStream {
  StreamPlace place;
  /// Whether this is the first packet under its SSRC.
  enum class Start : std::uint8_t { goes_on, begins } start{};
};

/// Tells which stream a publisher's packet belongs to (RFC 8843 §9.2): by its SSRC if that is known, else by
/// the MID that it carries and by its payload type, of which the SSRC is then learned. A stream keeps its
/// place until it says goodbye, or is silent while another one comes for it.
///
/// Fixed memory but for the names; pure; one owner at a time.
class StreamDemultiplexer {
public:
  /// A stream that is silent for so long gives way.
  static constexpr core::Duration kSilence = std::chrono::seconds(2);

  explicit StreamDemultiplexer(const PublisherSettings& settings);

  /// @param mid  the data of its MID extension; nothing when it has none
  [[nodiscard]] media::ParseResult<PlacedStream, StreamRefusal> place(const media::RtpPacketView& packet,
                                                                      std::optional<media::ByteView> mid,
                                                                      core::Instant now);

  /// Signalled or learned; nothing while neither.
  [[nodiscard]] std::optional<media::Ssrc> ssrc_of(StreamPlace place) const {
    return places_[place.index()].ssrc;
  }
  [[nodiscard]] std::optional<StreamPlace> place_of(media::Ssrc ssrc) const;
  /// The stream said goodbye (RFC 3550 §6.6): its place is free.
  void leave(media::Ssrc ssrc);

private:
  struct Place {
    StreamPlace place;
    std::optional<media::PayloadType> payload_type;  // Nothing: it was not negotiated.
    std::optional<media::Ssrc> ssrc;
    std::optional<core::Instant> last_packet;
  };

  void negotiate(MediaKind kind, const std::optional<PublisherMediumSettings>& medium);
  [[nodiscard]] Place* find(media::Ssrc ssrc);
  [[nodiscard]] Place* find(media::PayloadType payload_type, std::optional<MediaKind> kind);
  [[nodiscard]] std::optional<MediaKind> medium_of(media::ByteView mid) const;

  std::array<Place, kStreamPlaces> places_;
  std::array<std::optional<std::string>, 2> mids_;  // By medium; nothing for one that was not negotiated.
};

}  // namespace baton::transport::direct
