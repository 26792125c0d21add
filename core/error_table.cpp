// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error_table.hpp"

#include <algorithm>
#include <array>

namespace baton::core {

namespace {

constexpr auto kRows = std::to_array<ErrorRow>({
#define BATON_ERROR_ROW(name, number, sentence) {ErrorCode::name, #name, sentence},
    BATON_ERRORS(BATON_ERROR_ROW)
#undef BATON_ERROR_ROW
});

constexpr bool numbers_grow() {
  for (std::size_t i = 1; i < kRows.size(); ++i) {
    if (kRows[i - 1].code >= kRows[i].code) {
      return false;
    }
  }
  return true;
}
static_assert(numbers_grow(),
              "error numbers are unique and in order, so that a row is found by binary search");

}  // namespace

std::span<const ErrorRow> error_table() {
  return kRows;
}

const ErrorRow& error_row(ErrorCode code) {
  const auto* row = std::ranges::lower_bound(kRows, code, {}, &ErrorRow::code);
  return *row;
}

}  // namespace baton::core
