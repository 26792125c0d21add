// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace baton::core {

/// What an activity is told and tells, in a form that every outside can write down. Activities speak in
/// these, so that a new one needs no code for the wire. Plain data: copied, compared, never parsed here.
class Value {
public:
  using List = std::vector<Value>;
  /// Members in the order in which they were added, which says nothing; names differ.
  using Members = std::vector<std::pair<std::string, Value>>;

  Value() = default;
  // Implicit on purpose: a state is written as a list of names and values.
  Value(bool value) : data_(value) {}                           // NOLINT(google-explicit-constructor)
  Value(std::int64_t value) : data_(value) {}                   // NOLINT(google-explicit-constructor)
  Value(double value) : data_(value) {}                         // NOLINT(google-explicit-constructor)
  Value(std::string value) : data_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Value(std::string_view value) : data_(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* value) : data_(std::string(value)) {}       // NOLINT(google-explicit-constructor)
  Value(List value) : data_(std::move(value)) {}                // NOLINT(google-explicit-constructor)
  Value(Members value) : data_(std::move(value)) {}             // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool is_nothing() const { return std::holds_alternative<std::monostate>(data_); }
  /// Null if it is of another kind.
  template <class Kind>
  [[nodiscard]] const Kind* get() const {
    return std::get_if<Kind>(&data_);
  }
  /// The member of this name; null if there is none, or this has no members.
  [[nodiscard]] const Value* member(std::string_view name) const;

  using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Members>;
  [[nodiscard]] const Data& data() const { return data_; }

  /// Members are equal in whatever order they were added.
  friend bool operator==(const Value& left, const Value& right);

private:
  Data data_;
};

/// The members in the order of their names; they point into `members`.
[[nodiscard]] std::vector<const Value::Members::value_type*> members_by_name(const Value::Members& members);

}  // namespace baton::core
