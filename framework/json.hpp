// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <jansson.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// Owners and views of jansson values. Nothing here throws on account of what a JSON text or value holds: a
/// wrong type or an absent member is an empty optional or a null view.
///
/// * `JsonView`   reads, owns nothing.
/// * `Json`       the one owner of a value that is being built; it can be changed, moved, not copied.
/// * `SharedJson` one of several owners of a value that nobody changes any more; copies are cheap and may go
/// to other
///                threads. What was handed to Janus must never change again, so events are handed over as
///                this type.
namespace baton::framework {

class Json;
class SharedJson;

/// Reads a value that somebody else keeps alive. The null view stands for "absent": every question has a
/// harmless answer. It is not the JSON value `null`, which is a value.
class JsonView {
public:
  JsonView() = default;
  explicit JsonView(const json_t* value) : value_(const_cast<json_t*>(value)) {}

  /// There is a value.
  [[nodiscard]] explicit operator bool() const { return value_ != nullptr; }
  [[nodiscard]] bool is_object() const { return json_is_object(value_); }
  [[nodiscard]] bool is_array() const { return json_is_array(value_); }
  [[nodiscard]] bool is_string() const { return json_is_string(value_); }
  [[nodiscard]] bool is_null() const { return json_is_null(value_); }

  /// The string's bytes (UTF-8, may hold NUL); valid while the value lives.
  [[nodiscard]] std::optional<std::string_view> as_string() const;
  /// Integers only: 1.0 is not an integer.
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;
  /// Integers and reals.
  [[nodiscard]] std::optional<double> as_number() const;
  [[nodiscard]] std::optional<bool> as_boolean() const;

  /// The member of an object, or the null view.
  [[nodiscard]] JsonView get(const char* key) const { return JsonView(json_object_get(value_, key)); }
  [[nodiscard]] bool contains(const char* key) const { return json_object_get(value_, key) != nullptr; }
  [[nodiscard]] std::optional<std::string_view> string(const char* key) const { return get(key).as_string(); }
  [[nodiscard]] std::optional<std::int64_t> integer(const char* key) const { return get(key).as_integer(); }
  [[nodiscard]] std::optional<double> number(const char* key) const { return get(key).as_number(); }
  [[nodiscard]] std::optional<bool> boolean(const char* key) const { return get(key).as_boolean(); }

  /// Elements of an array or members of an object; 0 for anything else.
  [[nodiscard]] std::size_t size() const;
  /// The element of an array, or the null view.
  [[nodiscard]] JsonView at(std::size_t index) const { return JsonView(json_array_get(value_, index)); }

  /// Calls `visit(std::string_view key, JsonView member)` for each member of an object, in the order they
  /// were set.
  template <class Visit>
  void for_each_member(Visit&& visit) const {
    for (void* it = json_object_iter(value_); it != nullptr; it = json_object_iter_next(value_, it))
      visit(std::string_view(json_object_iter_key(it)), JsonView(json_object_iter_value(it)));
  }
  /// Calls `visit(JsonView element)` for each element of an array.
  template <class Visit>
  void for_each_element(Visit&& visit) const {
    for (std::size_t i = 0; i < size() && is_array(); ++i)
      visit(at(i));
  }

  /// Compact text; empty for the null view.
  [[nodiscard]] std::string dump() const;
  /// Deep comparison; two null views are equal.
  [[nodiscard]] bool equals(JsonView other) const;
  /// A deep copy that may be changed.
  [[nodiscard]] Json copy() const;

  /// For calls into jansson and Janus; borrowed.
  [[nodiscard]] json_t* raw() const { return value_; }

protected:
  json_t* value_ = nullptr;
};

template <class T>
concept JsonInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

/// The sole owner of a value under construction. Empty after being moved from, or when memory ran out: then
/// setting members does nothing, and `bool(json)` tells.
class Json : public JsonView {
public:
  Json() = default;
  /// Strings that are not valid UTF-8 become JSON `null`, since JSON has no way to say them.
  Json(std::string_view text);                                     // NOLINT(google-explicit-constructor)
  Json(const char* text) : Json(std::string_view(text)) {}         // NOLINT(google-explicit-constructor)
  Json(const std::string& text) : Json(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  /// Nothing but `bool` itself: a stray pointer is not a truth.
  template <std::same_as<bool> Boolean>
  Json(Boolean value)  // NOLINT(google-explicit-constructor)
      : Json(json_boolean(value), Adopt{}) {}
  /// Not finite becomes JSON `null`.
  Json(double value);                                   // NOLINT(google-explicit-constructor)
  Json(std::nullptr_t) : Json(json_null(), Adopt{}) {}  // NOLINT(google-explicit-constructor)
  /// Any integer; an unsigned one above 2^63-1 becomes 2^63-1.
  template <JsonInteger Integer>
  Json(Integer value)  // NOLINT(google-explicit-constructor)
      : Json(json_integer(saturate(value)), Adopt{}) {}
  /// A value that is shared already, as a part of a larger one.
  Json(const SharedJson& shared);  // NOLINT(google-explicit-constructor)

  Json(Json&& other) noexcept : JsonView(std::exchange(other.value_, nullptr)) {}
  Json& operator=(Json&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  Json(const Json&) = delete;
  Json& operator=(const Json&) = delete;
  ~Json();

  [[nodiscard]] static Json object() { return {json_object(), Adopt{}}; }
  [[nodiscard]] static Json array() { return {json_array(), Adopt{}}; }
  /// Empty when the text is no JSON; `error` (if given) then tells what and where.
  [[nodiscard]] static Json parse(std::string_view text, std::string* error = nullptr);
  /// Takes over one reference that the caller owns and that nobody else will use to change the value.
  [[nodiscard]] static Json adopt(json_t* value) { return {value, Adopt{}}; }

  /// Sets a member of an object and returns the object, so that calls chain. An empty `value` sets nothing,
  /// so that an absent thing stays absent.
  Json& set(const char* key, Json value) &;
  Json&& set(const char* key, Json value) && { return std::move(set(key, std::move(value))); }
  template <class T>
  Json& set(const char* key, const std::optional<T>& value) & {
    return value ? set(key, Json(*value)) : *this;
  }
  template <class T>
  Json&& set(const char* key, const std::optional<T>& value) && {
    return std::move(set(key, value));
  }
  /// Appends to an array and returns the array.
  Json& append(Json value) &;
  Json&& append(Json value) && { return std::move(append(std::move(value))); }

  /// Gives the reference away, for C functions that take one over.
  [[nodiscard]] json_t* release() { return std::exchange(value_, nullptr); }

private:
  struct Adopt {};
  Json(json_t* value, Adopt) : JsonView(value) {}
  template <class Integer>
  static json_int_t saturate(Integer value) {
    return std::in_range<json_int_t>(value) ? static_cast<json_int_t>(value) : INT64_MAX;
  }
};

/// One of several owners of a value that does not change any more. Copying counts a reference; any thread may
/// do so.
class SharedJson : public JsonView {
public:
  SharedJson() = default;
  SharedJson(Json&& json) noexcept : JsonView(json.release()) {}  // NOLINT(google-explicit-constructor)
  SharedJson(const SharedJson& other) noexcept;
  SharedJson(SharedJson&& other) noexcept : JsonView(std::exchange(other.value_, nullptr)) {}
  SharedJson& operator=(SharedJson other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~SharedJson();

  /// Takes over one reference that the caller owns (null is fine).
  [[nodiscard]] static SharedJson adopt(json_t* value);
  /// Counts a reference to a value that somebody else owns (null is fine).
  [[nodiscard]] static SharedJson share(json_t* value);
};

}  // namespace baton::framework
