// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/ids.hpp"

namespace baton::core {

/// A sender's own number of a signal: it only grows within the sender's line (see `SignalLine`), so that a
/// signal that is sent again because its answer was lost is carried once.
using SignalNumber = NumericId<struct SignalNumberTag>;
/// The place of a delivery in what one participant receives; it only grows.
using SignalSequence = NumericId<struct SignalSequenceTag>;
/// A client that goes on where it was, over however many sessions: its page was not loaded anew, so what was
/// meant for it before still means something. Named by the version of the session that began it.
using SignalLine = NumericId<struct SignalLineTag>;

/// What a signal is for; decides who may send it to whom.
enum class SignalKind : std::uint8_t {
  offer,      ///< a session description, RFC 3264
  answer,     ///< likewise
  candidate,  ///< an ICE candidate
  message,    ///< whatever the application likes
  input,      ///< for the host's machine: only those in control may send it
};

/// Opaque to the room, and shared by everything that holds it.
using SignalPayload = std::shared_ptr<const std::string>;

/// Why a signal that was accepted will not arrive, or may not have.
enum class SignalFailure : std::uint8_t {
  not_ready_in_time,   ///< the receiver was not ready for as long as signals are kept
  receiver_restarted,  ///< the receiver began anew; it may or may not have received what was under way
  receiver_left,
};

/// Whether a sender knows what became of its signals.
enum class SignalLineState : std::uint8_t {
  whole,
  broken,  ///< there was no room to tell it of some that failed: it must begin a new line
};

/// A signal as it reaches its receiver.
struct RelayedSignal {
  UserId from;
  SignalNumber number;
  SignalKind kind;
  SignalPayload payload;
};

/// To a sender: these signals to `to` were accepted and will not be delivered.
struct FailedSignals {
  UserId to;
  std::vector<SignalNumber> numbers;
  SignalFailure reason;
};

}  // namespace baton::core
