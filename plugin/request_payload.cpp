// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/request_payload.hpp"

#include <string_view>
#include <utility>

#include "plugin/request_elements.hpp"

namespace baton::plugin {

namespace {

using core::ErrorCode;
using framework::JsonView;

/// Looks through a payload before it is written down as text, so that neither its depth nor its size can
/// hurt.
class Measure {
public:
  Measure(const char* name, const PayloadLimits& limits)
      : name_(name), limits_(limits), bytes_left_(limits.bytes) {}

  void look_through(JsonView value) { look_through(value, limits_.depth); }

  [[noreturn]] void refuse_too_long() const {
    refuse(ErrorCode::message_too_large,
           named() + " has at most " + std::to_string(limits_.bytes) + " bytes of JSON.");
  }

private:
  [[nodiscard]] std::string named() const { return "\"" + std::string(name_) + "\""; }

  void spend(std::size_t count) {
    if (count > bytes_left_) {
      refuse_too_long();
    }
    bytes_left_ -= count;
  }

  void look_through(JsonView value, int depth) {
    // Each value takes a byte at least.
    spend(1);
    if (const auto text = value.as_string()) {
      spend(text->size());
    }
    if (!value.is_array() && !value.is_object()) {
      return;
    }
    if (depth == 0) {
      refuse(ErrorCode::message_too_large, named() + " has at most " + std::to_string(limits_.depth) +
                                               " lists or objects inside of one another.");
    }
    value.for_each_member([&](std::string_view name, JsonView member) {
      spend(name.size());
      look_through(member, depth - 1);
    });
    value.for_each_element([&](JsonView element) { look_through(element, depth - 1); });
  }

  const char* name_;
  const PayloadLimits& limits_;
  /// What may still come.
  std::size_t bytes_left_;
};

}  // namespace

std::string payload_text(JsonView payload, const char* name, const PayloadLimits& limits) {
  Measure measure(name, limits);
  measure.look_through(payload);
  std::string text = payload.dump();
  if (text.size() > limits.bytes) {
    measure.refuse_too_long();
  }
  return text;
}

}  // namespace baton::plugin
