// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "core/signal.hpp"
#include "core/time.hpp"

namespace baton::core {

/// What one participant is to receive and has not confirmed: in order, once, or its sender is told. Bounded
/// by `limits::kSignalsQueued` entries and `limits::kSignalBytesQueued` bytes; what waits for a receiver that
/// is not ready is bounded in time too.
///
/// An entry waits until it is delivered, is under way until it is confirmed, and waits again when the
/// connection that it was under way on is lost.
class SignalQueue {
public:
  /// What was sent, by whom: the line of the sender decides whether anybody is left to be told.
  struct Relayed {
    RelayedSignal signal;
    SignalLine sender_line;
  };
  using Body = std::variant<Relayed, FailedSignals>;

  enum class Stage : std::uint8_t { waiting, under_way };

  struct Entry {
    /// Given at the first delivery; the same when it is delivered again.
    std::optional<SignalSequence> sequence;
    Stage stage = Stage::waiting;
    /// Counts for the bound in time.
    Instant waiting_since;
    Body body;
  };

  /// One delivery: a receiver that has confirmed less than `previous` has missed something.
  struct Delivery {
    SignalSequence sequence;
    SignalSequence previous;
    const Body* body;
  };

  /// Whether there is room for a signal of so many bytes.
  [[nodiscard]] bool admits(std::size_t bytes) const;
  /// Appends. Only while `admits`; a notice of failure needs room for no bytes.
  void push(Body body, Instant now);

  /// Everything up to `received` has arrived. Confirming what was never sent confirms nothing.
  void confirm(SignalSequence received);
  /// Hands out what waits, in order; it is under way then. The pointers hold until the queue changes.
  [[nodiscard]] std::vector<Delivery> deliver_waiting();
  /// The connection is gone, or the receiver has missed something: what was under way waits again.
  void wait_again(Instant now);

  /// Takes out what waits for longer than it may.
  [[nodiscard]] std::vector<Body> take_expired(Instant now);
  /// Takes out everything.
  [[nodiscard]] std::vector<Body> take_all();
  /// Forgets what a sender sent that is not there any more.
  void forget_from(const UserId& sender);
  /// Forgets what a receiver is to be told of its own signals: it is not the one any more that sent them.
  void forget_notices();

  /// When `take_expired` will next have something.
  [[nodiscard]] std::optional<Instant> next_expiry() const;
  /// The latest sequence that a receiver who missed nothing has received.
  [[nodiscard]] SignalSequence last_under_way() const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

private:
  void erase_first(std::size_t count);

  // Entries under way come before those that wait, and have growing sequences.
  std::vector<Entry> entries_;
  std::size_t bytes_ = 0;
  SignalSequence confirmed_;
  SignalSequence last_;
};

/// How much of the bound in bytes a body takes.
[[nodiscard]] std::size_t size_in_bytes(const SignalQueue::Body& body);

}  // namespace baton::core
