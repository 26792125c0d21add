// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/log.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <ctime>
#include <string>

#include "framework/janus_api.hpp"

namespace baton::framework {
namespace {

std::atomic<const char*> log_prefix{"plugin"};

std::string timestamp() {
  std::array<char, 64> text{};
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return {text.data(), std::strftime(text.data(), text.size(), "[%a %b %e %T %Y] ", &parts)};
}

}  // namespace

bool log_enabled(LogLevel level) {
  return static_cast<int>(level) <= janus_log_level;
}

void set_log_prefix(const char* package) {
  log_prefix.store(package, std::memory_order_relaxed);
}

// Janus's JANUS_LOG would put this file's name and line in front of every error, so the line is put together
// here.
void log(LogLevel level, std::string_view text) {
  if (!log_enabled(level))
    return;
  std::string clean(text);
  for (char& c : clean)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = '?';
  // janus_log_prefix holds the words of all levels without colors, then those with.
  const std::size_t word = static_cast<std::size_t>(level) | (janus_log_colors != FALSE ? 8U : 0U);
  janus_vprintf("%s%s%s[%s] %s\n", janus_log_global_prefix != nullptr ? janus_log_global_prefix : "",
                janus_log_timestamps != FALSE ? timestamp().c_str() : "", janus_log_prefix[word],
                log_prefix.load(std::memory_order_relaxed), clean.c_str());
}

}  // namespace baton::framework
