// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <optional>

#include "core/command.hpp"
#include "core/time.hpp"
#include "framework/handle.hpp"

namespace baton::plugin {

/// What is known of a handle's PeerConnections: which one exists because the client offered it, which one
/// carries media, which one is being closed (docs/closures.md). Everything is noted by the number of the
/// PeerConnection it was said of, so that what is told late touches no later one. Any thread.
///
/// `current` is always the number that the handle's PeerConnection has now, or that its next one will have
/// (`framework::Handle::peer_connection`).
class PeerConnectionRecord {
public:
  using Number = framework::PeerConnectionNumber;

  /// How long the end of a PeerConnection is waited for that was offered and found no use. It may have ended
  /// before its offer was seen, or may not have been made for ours; then nobody tells of an end. Janus takes
  /// milliseconds.
  static constexpr core::Duration kLongestClosing = std::chrono::seconds(5);
  /// After how long a request that came too early is worth another try.
  static constexpr core::Duration kRetryAfter = std::chrono::milliseconds(100);

  /// An offer of the client came in: its PeerConnection exists, since Janus makes it first.
  void offered(Number number);
  /// The offer was refused without having been in the queue of the control thread. Whether a look at what it
  /// left is to be posted: none waits.
  [[nodiscard]] bool refused(Number number);
  /// The look begins: the PeerConnection that it is about.
  [[nodiscard]] std::optional<Number> take_refused();

  /// A room gives media to the PeerConnection.
  void carry(Number number);
  /// A room ends the media. The PeerConnection that is to be closed; nothing when none carries media.
  [[nodiscard]] std::optional<Number> end_media();
  /// The request that came with the PeerConnection's offer has had its answer, or the gateway has refused our
  /// offer or answer. Whether the PeerConnection is to be closed, because it may be there and is of no use.
  [[nodiscard]] bool close_unused(Number number, Number current, core::Instant now);
  /// Whether an end still concerns what the handle carries.
  enum class End : std::uint8_t { of_the_latest, of_an_earlier_one };
  /// The PeerConnection is down, or nothing comes of it, since the gateway refused our offer or answer; then
  /// `close_unused` is to follow, because the refusal does not tell whether there is one.
  End ended(Number number);

  /// What core is told with a request that brought an offer.
  [[nodiscard]] core::PeerConnection for_offer(Number offered, Number current, core::Instant now) const;
  /// The same for one that Baton is to answer with an offer of its own. Janus would take that offer for a
  /// change to the PeerConnection that is there.
  [[nodiscard]] core::PeerConnection for_own_offer(Number current, core::Instant now) const;

private:
  struct Closing {
    Number number;
    /// Absent when an end is sure to be told of.
    std::optional<core::Instant> until;
    [[nodiscard]] bool is_awaited(core::Instant now) const { return !until || now < *until; }
  };

  mutable std::mutex mutex_;
  // All guarded by mutex_.
  std::optional<Number> offered_;  ///< the latest
  std::optional<Number> refused_;  ///< the latest that a posted look is yet to see
  std::optional<Number> carrying_;
  std::optional<Closing> closing_;
};

}  // namespace baton::plugin
