// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/json.hpp"

#include <cmath>
#include <cstdlib>
#include <memory>

namespace baton::framework {
namespace {

constexpr std::size_t kImmortal = static_cast<std::size_t>(-1);  // jansson's true, false and null

// jansson's own functions read the count without atomics before they change it, and json_decref releases but
// does not acquire, so the thread that frees a value would not be ordered after the last reads of other
// threads.
json_t* add_reference(json_t* value) noexcept {
  if (value != nullptr && __atomic_load_n(&value->refcount, __ATOMIC_RELAXED) != kImmortal)
    __atomic_add_fetch(&value->refcount, 1, __ATOMIC_RELAXED);
  return value;
}

void drop_reference(json_t* value) noexcept {
  if (value != nullptr && __atomic_load_n(&value->refcount, __ATOMIC_RELAXED) != kImmortal &&
      __atomic_sub_fetch(&value->refcount, 1, __ATOMIC_ACQ_REL) == 0)
    json_delete(value);
}

}  // namespace

std::optional<std::string_view> JsonView::as_string() const {
  if (!json_is_string(value_))
    return std::nullopt;
  return std::string_view(json_string_value(value_), json_string_length(value_));
}

std::optional<std::int64_t> JsonView::as_integer() const {
  if (!json_is_integer(value_))
    return std::nullopt;
  return json_integer_value(value_);
}

std::optional<double> JsonView::as_number() const {
  if (!json_is_number(value_))
    return std::nullopt;
  return json_number_value(value_);
}

std::optional<bool> JsonView::as_boolean() const {
  if (!json_is_boolean(value_))
    return std::nullopt;
  return json_is_true(value_);
}

std::size_t JsonView::size() const {
  return is_array() ? json_array_size(value_) : json_object_size(value_);
}

std::string JsonView::dump() const {
  if (value_ == nullptr)
    return {};
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  const std::unique_ptr<char, Free> text(json_dumps(value_, JSON_COMPACT | JSON_ENCODE_ANY));
  return text ? std::string(text.get()) : std::string();
}

bool JsonView::equals(JsonView other) const {
  // json_equal says that nothing equals an absent value, another absent one included.
  return value_ == other.value_ || json_equal(value_, other.value_) == 1;
}

Json JsonView::copy() const {
  return Json::adopt(json_deep_copy(value_));
}

Json::Json(std::string_view text) : JsonView(json_stringn(text.data(), text.size())) {
  if (value_ == nullptr)
    value_ = json_null();
}

Json::Json(double value) : JsonView(std::isfinite(value) ? json_real(value) : json_null()) {}

Json::Json(const SharedJson& shared) : JsonView(add_reference(shared.raw())) {}

Json::~Json() {
  drop_reference(value_);
}

Json Json::parse(std::string_view text, std::string* error) {
  json_error_t problem;
  json_t* value = json_loadb(text.data(), text.size(), JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &problem);
  if (value == nullptr && error != nullptr)
    *error = "line " + std::to_string(problem.line) + ": " + problem.text;
  return adopt(value);
}

Json& Json::set(const char* key, Json value) & {
  if (value)
    json_object_set_new(value_, key, value.release());
  return *this;
}

Json& Json::append(Json value) & {
  if (value)
    json_array_append_new(value_, value.release());
  return *this;
}

SharedJson::SharedJson(const SharedJson& other) noexcept : JsonView(add_reference(other.value_)) {}

SharedJson::~SharedJson() {
  drop_reference(value_);
}

SharedJson SharedJson::adopt(json_t* value) {
  SharedJson owner;
  owner.value_ = value;
  return owner;
}

SharedJson SharedJson::share(json_t* value) {
  return adopt(add_reference(value));
}

}  // namespace baton::framework
