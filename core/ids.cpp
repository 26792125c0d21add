// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ids.hpp"

namespace baton::core {

bool is_valid_name_id(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameIdBytes) {
    return false;
  }
  constexpr std::string_view kPunctuation = "._~@+:=-";
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && kPunctuation.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

namespace {

/// Length of the UTF-8 sequence that starts at `position`, or 0 if it is not well formed (RFC 3629 §4).
std::size_t utf8_sequence_length(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[position + i]); };
  const unsigned char lead = byte(0);
  std::size_t length = 0;
  unsigned lowest_second = 0x80;
  unsigned highest_second = 0xBF;
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    lowest_second = lead == 0xE0 ? 0xA0 : 0x80;
    highest_second = lead == 0xED ? 0x9F : 0xBF;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    lowest_second = lead == 0xF0 ? 0x90 : 0x80;
    highest_second = lead == 0xF4 ? 0x8F : 0xBF;
  } else {
    return 0;
  }
  if (text.size() - position < length || byte(1) < lowest_second || byte(1) > highest_second) {
    return 0;
  }
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) {
      return 0;
    }
  }
  return length;
}

/// Well-formed UTF-8 without control characters but these.
bool is_clean(std::string_view text, std::string_view allowed_controls) {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool control = c < 0x20 || c == 0x7F;
    if (control && allowed_controls.find(text[i]) == std::string_view::npos) {
      return false;
    }
    const std::size_t length = utf8_sequence_length(text, i);
    if (length == 0) {
      return false;
    }
    i += length;
  }
  return true;
}

}  // namespace

bool is_valid_text(std::string_view text) {
  return text.size() <= kMaxTextBytes && is_clean(text, "");
}

bool is_valid_lines(std::string_view text) {
  return is_clean(text, "\n\t");
}

}  // namespace baton::core
