// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace baton::core {

/// A number that means one thing only: two kinds of ids never compare or convert to one another.
template <class Tag>
class NumericId {
public:
  constexpr NumericId() = default;
  constexpr explicit NumericId(std::uint64_t value) : value_(value) {}

  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  /// The number after this one, for versions that only grow.
  [[nodiscard]] constexpr NumericId next() const { return NumericId(value_ + 1); }

  friend constexpr auto operator<=>(NumericId, NumericId) = default;

private:
  std::uint64_t value_ = 0;
};

/// A string that names one kind of thing.
template <class Tag>
class NameId {
public:
  NameId() = default;
  explicit NameId(std::string value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& value() const { return value_; }

  friend auto operator<=>(const NameId&, const NameId&) = default;

private:
  std::string value_;
};

/// What applications call a room. 1 to `kMaxNameIdBytes` bytes, see `is_valid_name_id`.
using RoomId = NameId<struct RoomIdTag>;
/// What applications call a person. The same person keeps it across devices and reconnects.
using UserId = NameId<struct UserIdTag>;

/// One signalling connection into the gateway (for Janus: one plugin handle). Given by the caller, never
/// reused.
using ConnectionId = NumericId<struct ConnectionIdTag>;
/// One request that awaits its reply. Given by the caller, who alone knows where the reply goes.
using RequestId = NumericId<struct RequestIdTag>;
/// Names a session; random, given by the caller. Whoever knows it may attach further connections to the
/// session, so it is told to nobody but its owner.
using SessionId = NumericId<struct SessionIdTag>;
/// Grows with every session that a room ever hands out; an older number is fenced (invariant 2).
using SessionVersion = NumericId<struct SessionVersionTag>;
/// Grows with every change of a room that participants can see.
using RoomVersion = NumericId<struct RoomVersionTag>;
/// Grows with every change of who is host.
using LeaseVersion = NumericId<struct LeaseVersionTag>;
/// One publication of one session in a room; never reused within the room.
using FeedId = NumericId<struct FeedIdTag>;
/// One question "do you want to be host?" to one controller.
using PromotionId = NumericId<struct PromotionIdTag>;
/// A client numbers its attempts to join, so that of two that race the newer wins whatever order they arrive
/// in.
using JoinAttempt = NumericId<struct JoinAttemptTag>;

/// A one-way hash of a secret (a resume token, an administrator's secret). Core never sees the secret itself.
class SecretHash {
public:
  static constexpr std::size_t kBytes = 32;
  using Bytes = std::array<std::uint8_t, kBytes>;

  SecretHash() = default;
  explicit SecretHash(const Bytes& bytes) : bytes_(bytes) {}

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

private:
  Bytes bytes_{};
};

/// Whether two hashes are the same, in a time that does not depend on where they differ. Core has no such
/// comparison: whoever makes rooms brings that of a library for cryptography. Never null.
using SecretComparison = bool (*)(const SecretHash& one, const SecretHash& other);

/// The longest room or user id, in bytes.
inline constexpr std::size_t kMaxNameIdBytes = 64;
/// The longest display name or description, in bytes of UTF-8.
inline constexpr std::size_t kMaxTextBytes = 256;

/// Whether `text` may be a room or user id: 1 to `kMaxNameIdBytes` of letters, digits and `._~@+:=-`.
[[nodiscard]] bool is_valid_name_id(std::string_view text);

/// Whether `text` may be shown to people: at most `kMaxTextBytes`, well-formed UTF-8, no control characters.
[[nodiscard]] bool is_valid_text(std::string_view text);

/// Whether `text` may be shown to people as several lines: well-formed UTF-8, no control characters but line
/// feeds and tabs. Its length is the caller's to bound.
[[nodiscard]] bool is_valid_lines(std::string_view text);

}  // namespace baton::core

template <class Tag>
struct std::hash<baton::core::NumericId<Tag>> {
  std::size_t operator()(baton::core::NumericId<Tag> id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value());
  }
};

template <class Tag>
struct std::hash<baton::core::NameId<Tag>> {
  std::size_t operator()(const baton::core::NameId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value());
  }
};
