// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>
#include <variant>

namespace baton::media {

/// What a parser answers: the parsed value, or the one reason why the bytes were refused.
/// `Error` is an enum class; it must differ from `T`.
template <typename T, typename Error>
class ParseResult {
public:
  // Implicit on purpose: a parser says `return error;` or `return value;`.
  ParseResult(T value) : content_(std::in_place_index<0>, std::move(value)) {}  // NOLINT
  ParseResult(Error error) : content_(std::in_place_index<1>, error) {}         // NOLINT

  [[nodiscard]] bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// The value. Throws std::bad_variant_access when the bytes were refused: ask ok() first.
  [[nodiscard]] const T& operator*() const { return std::get<0>(content_); }
  [[nodiscard]] T& operator*() { return std::get<0>(content_); }
  [[nodiscard]] const T* operator->() const { return &std::get<0>(content_); }
  [[nodiscard]] T* operator->() { return &std::get<0>(content_); }

  /// The reason. Throws std::bad_variant_access when there is a value.
  [[nodiscard]] Error error() const { return std::get<1>(content_); }

private:
  std::variant<T, Error> content_;
};

}  // namespace baton::media
