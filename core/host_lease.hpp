// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <variant>

#include "core/effect.hpp"
#include "core/ids.hpp"
#include "core/time.hpp"

namespace baton::core {

/// Who is host, since which version, and what is happening about it. A state is a type, so that a deadline or
/// a candidate exists only where it means something.
class HostLease {
public:
  struct Waiting {};
  struct Live {
    UserId host;
  };
  struct Offline {
    UserId host;
    GraceView grace;
  };
  /// Grace is over. The lease is still the silent host's until somebody accepts, so that it may yet return.
  struct Promoting {
    UserId host;
    PromotionView promotion;
    /// Nobody is asked twice in one succession.
    std::set<UserId> asked;
  };
  struct Paused {};
  struct Closed {
    CloseReason reason;
  };
  using State = std::variant<Waiting, Live, Offline, Promoting, Paused, Closed>;

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] RoomState room_state() const;
  /// The holder of the lease, present or not.
  [[nodiscard]] const UserId* holder() const;
  /// The same, if the role is the holder's to act in: it has not laid it down.
  [[nodiscard]] const UserId* host() const;
  [[nodiscard]] bool holds(const UserId& user) const;
  [[nodiscard]] bool is_host(const UserId& user) const;
  /// Whether nobody holds the lease, so that it is there for the taking.
  [[nodiscard]] bool vacant() const;
  [[nodiscard]] LeaseVersion version() const { return version_; }
  [[nodiscard]] bool was_host(const UserId& user) const;

  /// The one way to become host: the version grows, and the previous holder is remembered as a former host.
  void grant(const UserId& user);
  /// The host fell silent. Only from `Live`.
  void go_offline(const GraceView& grace);
  /// More was learned about why the host is silent; the grace runs on. Only from `Offline`.
  void correct_reason(OfflineReason reason);
  /// The silent host is back. Only from `Offline` and `Promoting`.
  void host_returned();
  /// Asks one controller. Only from `Offline` and `Promoting`, or `Live` when the host left.
  PromotionView ask(const UserId& candidate, Instant deadline);
  /// The holder has come in as something less. The lease stays its own as that of one who is silent does,
  /// until it takes it up again or somebody else is host.
  void lay_down() { laid_down_ = true; }
  void take_up() { laid_down_ = false; }
  /// Nobody is host. The previous holder is remembered.
  void pause();
  void close(CloseReason reason);

private:
  void remember_former(const UserId& user);

  State state_ = Waiting{};
  bool laid_down_ = false;
  LeaseVersion version_;
  PromotionId last_promotion_;
  /// At most `limits::kFormerHosts`, the latest last.
  std::deque<UserId> former_;
};

}  // namespace baton::core
