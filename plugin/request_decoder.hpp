// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "framework/handle.hpp"
#include "framework/json.hpp"
#include "plugin/client_request.hpp"
#include "plugin/config_keys.hpp"

namespace baton::plugin {

/// What a message may have at most. More than any request needs, and little enough to look through.
namespace message_limits {
inline constexpr std::size_t kMembers = 64;
inline constexpr std::size_t kStringBytes = 4096;
inline constexpr std::size_t kElements = 64;
}  // namespace message_limits

/// The verb of this name, if there is one.
[[nodiscard]] std::optional<Verb> verb_named(std::string_view name);

/// Turns messages into requests. Pure but for the room defaults, which do not change; any thread.
class RequestDecoder {
public:
  /// `room_defaults`: what rooms get where `create` says nothing.
  explicit RequestDecoder(RoomDraft room_defaults) : room_defaults_(std::move(room_defaults)) {}

  [[nodiscard]] std::variant<ClientRequest, RequestError> decode(
      framework::JsonView message, const std::optional<framework::Jsep>& jsep) const;

private:
  RoomDraft room_defaults_;
};

}  // namespace baton::plugin
