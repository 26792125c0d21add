// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "framework/handle.hpp"
#include "framework/json.hpp"

/// What a plugin may ask of the gateway that does not concern one handle.
namespace baton::framework {

enum class EventHandlers : std::uint8_t { disabled, enabled };
enum class TokenCheck : std::uint8_t { not_in_use, accepted, rejected };

/// Implemented for Janus by the framework; a test may implement it too. Any thread, at any time; after the
/// plugin is destroyed every call does nothing.
class Gateway {
public:
  Gateway() = default;
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  virtual ~Gateway() = default;

  /// Whether `notify_event` reaches anybody, so that a plugin need not build events for nobody.
  [[nodiscard]] virtual EventHandlers event_handlers() const = 0;
  /// Tells the operator's event handlers. `event` is an object.
  virtual SendResult notify_event(Json event) = 0;
  /// The same, about one handle.
  virtual SendResult notify_event(const Handle& handle, Json event) = 0;

  /// Whether a token signed for this plugin is genuine and not expired (Janus's `token_auth_secret`).
  [[nodiscard]] virtual TokenCheck check_token(const std::string& token) const = 0;
  /// Whether it also grants `descriptor`, such as a room.
  [[nodiscard]] virtual TokenCheck check_token(const std::string& token,
                                               const std::string& descriptor) const = 0;
};

}  // namespace baton::framework
