// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config_scan.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

namespace baton::plugin {

namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '*';
}

/// A whole number as it stands in the file.
struct Integer {
  std::string_view digits;  ///< Without sign, `0x` and `L`.
  int base = 10;
  bool negative = false;
  bool has_suffix = false;
};

/// The parts of a token that begins like a number; nothing for a fraction or for nonsense, which libconfig
/// recognises.
std::optional<Integer> split_integer(std::string_view token) {
  Integer result;
  if (token.starts_with('+') || token.starts_with('-')) {
    result.negative = token.front() == '-';
    token.remove_prefix(1);
  }
  if (token.starts_with("0x") || token.starts_with("0X")) {
    result.base = 16;
    token.remove_prefix(2);
  }
  while (token.ends_with('L')) {
    result.has_suffix = true;
    token.remove_suffix(1);
  }
  const bool hexadecimal = result.base == 16;
  const bool whole = !token.empty() && std::ranges::all_of(token, [&](char c) {
    return is_digit(c) || (hexadecimal && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
  });
  result.digits = token;
  return whole ? std::optional(result) : std::nullopt;
}

class Scanner {
public:
  explicit Scanner(std::string_view text) : text_(text) { result_.reserve(text.size() + 64); }

  std::variant<std::string, std::vector<ScanProblem>> run() {
    while (position_ < text_.size()) {
      step();
    }
    if (!problems_.empty()) {
      return std::move(problems_);
    }
    return std::move(result_);
  }

private:
  void step() {
    const std::string_view rest = text_.substr(position_);
    const char c = rest.front();
    if (c == '#' || rest.starts_with("//")) {
      take(std::min(rest.find('\n'), rest.size()));
    } else if (rest.starts_with("/*")) {
      const std::size_t end = rest.find("*/", 2);
      take(end == std::string_view::npos ? rest.size() : end + 2);
    } else if (c == '"') {
      take(string_length(rest));
    } else if (is_letter(c) || c == '*') {
      take(name_length(rest));
    } else if (is_digit(c) || ((c == '-' || c == '+') && rest.size() > 1 && is_digit(rest[1]))) {
      number(rest.substr(0, number_length(rest)));
    } else if (c == '@') {
      problems_.push_back(
          {line_, "@include",
           "is not supported here: everything must stand in the one file, and text in quotes"});
      take(std::min(rest.find('\n'), rest.size()));
    } else if (c == '\0') {
      problems_.push_back({line_, "a NUL byte", "does not belong into a text file"});
      take(1);
    } else {
      take(1);
    }
  }

  void take(std::size_t length) {
    const std::string_view taken = text_.substr(position_, length);
    line_ += static_cast<unsigned>(std::ranges::count(taken, '\n'));
    result_ += taken;
    position_ += length;
  }

  static std::size_t string_length(std::string_view rest) {
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] == '\\') {
        ++i;
      } else if (rest[i] == '"') {
        return i + 1;
      }
    }
    return rest.size();
  }

  static std::size_t name_length(std::string_view rest) {
    const auto* end = std::ranges::find_if_not(rest, is_name_character);
    return static_cast<std::size_t>(end - rest.begin());
  }

  static std::size_t number_length(std::string_view rest) {
    std::size_t i = 1;
    while (i < rest.size() && (is_digit(rest[i]) || is_letter(rest[i]) || rest[i] == '.')) {
      ++i;
    }
    return i;
  }

  void number(std::string_view token) {
    const auto integer = split_integer(token);
    take(token.size());
    if (!integer) {
      return;
    }
    std::uint64_t magnitude = 0;
    const auto [end, error] = std::from_chars(
        integer->digits.data(), integer->digits.data() + integer->digits.size(), magnitude, integer->base);
    if (error != std::errc() ||
        magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      problems_.push_back(
          {line_, std::string(token.substr(0, 64)), "is larger than any number that may stand here"});
      return;
    }
    if (magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max()) &&
        !integer->has_suffix) {
      result_ += 'L';
    }
  }

  std::string_view text_;
  std::size_t position_ = 0;
  unsigned line_ = 1;
  std::string result_;
  std::vector<ScanProblem> problems_;
};

}  // namespace

std::variant<std::string, std::vector<ScanProblem>> scan_config_text(std::string_view text) {
  return Scanner(text).run();
}

std::string_view name_at_line(std::string_view text, unsigned line) {
  for (unsigned i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      return {};
    }
    text.remove_prefix(end + 1);
  }
  const auto* begin = std::ranges::find_if_not(text, [](char c) { return c == ' ' || c == '\t'; });
  text.remove_prefix(static_cast<std::size_t>(begin - text.begin()));
  const auto* end = std::ranges::find_if_not(text, is_name_character);
  const std::string_view name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  return !name.empty() && (is_letter(name.front()) || name.front() == '*') ? name : std::string_view();
}

}  // namespace baton::plugin
