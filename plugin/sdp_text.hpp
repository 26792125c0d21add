// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

/// The smallest pieces of session descriptions (RFC 8866 §9).
///
/// Pure: any thread, no state.
namespace baton::plugin {

/// Takes what comes before the next space off the text. Borrowed.
inline std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

/// A number in digits of this base and nothing else.
template <class Number>
[[nodiscard]] std::optional<Number> number_from(std::string_view text, int base = 10) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

/// Whether a text is a token (RFC 8866 §9) of at most so many bytes. What an answer repeats out of an offer
/// must be one, so that nothing else gets into it.
[[nodiscard]] inline bool is_token(std::string_view text, std::size_t longest) {
  const auto in_token = [](char c) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`{|}~";
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || kOthers.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, in_token);
}

/// Whether two tokens are the same without regard to case.
[[nodiscard]] inline bool same_token(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace baton::plugin
