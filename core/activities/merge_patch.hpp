// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>

#include "core/activities/value.hpp"

namespace baton::core {

/// What changes `from` into `to`, as a JSON Merge Patch (RFC 7396): members of members are named where they
/// differ, lists are told as a whole, and nothing stands for a member that is gone. No members if the two are
/// equal. No patch at all if one of them has no members, or if a member that differs is or holds a nothing or
/// a number that is not finite, which JSON writes as null and a patch cannot say: inside a list it can.
[[nodiscard]] std::optional<Value> merge_patch(const Value& from, const Value& to);

/// How many bytes the value takes as compact JSON; numbers with a fraction and control characters by
/// estimate.
[[nodiscard]] std::size_t json_size(const Value& value);

}  // namespace baton::core
