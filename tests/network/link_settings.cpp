// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/network/link_settings.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace baton::network {
namespace {

constexpr double kPercentParts = static_cast<double>(kParts) / 100;

Share share(double percent) {
  return {static_cast<std::uint32_t>(percent * kPercentParts + 0.5)};
}

core::Duration milliseconds(double count) {
  return core::Duration(static_cast<core::Duration::rep>(count * 1'000 + 0.5));
}

struct Word {
  std::string_view name;
  double most;
  void (*set)(LinkSettings&, double);
};

constexpr double kAll = 100;
constexpr double kMaxMilliseconds = 60'000;
constexpr double kMaxKilo = 10'000'000;

constexpr std::array<Word, 9> kWords{{
    {"loss", kAll, [](LinkSettings& to, double value) { to.loss = share(value); }},
    {"delay", kMaxMilliseconds, [](LinkSettings& to, double value) { to.delay = milliseconds(value); }},
    {"jitter", kMaxMilliseconds, [](LinkSettings& to, double value) { to.jitter = milliseconds(value); }},
    {"rate", kMaxKilo,
     [](LinkSettings& to, double value) { to.bits_per_second = static_cast<std::uint64_t>(value * 1'000); }},
    {"queue", kMaxKilo,
     [](LinkSettings& to, double value) { to.queue_bytes = static_cast<std::size_t>(value * 1'000); }},
    {"duplicate", kAll, [](LinkSettings& to, double value) { to.duplicated = share(value); }},
    {"reorder", kAll, [](LinkSettings& to, double value) { to.reordered = share(value); }},
    {"hold", kMaxMilliseconds,
     [](LinkSettings& to, double value) { to.held_back_for = milliseconds(value); }},
    {"down", 1,
     [](LinkSettings& to, double value) { to.state = value > 0 ? LinkState::down : LinkState::up; }},
}};

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string_view link_settings_help() {
  return "  loss=PERCENT       lost by chance\n"
         "  delay=MS           of each packet\n"
         "  jitter=MS          up to so much more, at random; packets keep their order\n"
         "  rate=KBIT          a slow part of so many 1,000 bits a second\n"
         "  queue=KB           what may wait before it, in 1,000 bytes (64)\n"
         "  duplicate=PERCENT  come twice\n"
         "  reorder=PERCENT    are held back\n"
         "  hold=MS            for how long (20)\n"
         "  down=1             nothing passes\n";
}

std::variant<LinkSettings, std::string> parse_link_settings(std::string_view text) {
  LinkSettings settings;
  while (!text.empty()) {
    const auto end = text.find(' ');
    const std::string_view part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (part.empty()) {
      continue;
    }
    const auto equals = part.find('=');
    const Word* word = nullptr;
    for (const Word& known : kWords) {
      word = known.name == part.substr(0, equals) ? &known : word;
    }
    if (word == nullptr || equals == std::string_view::npos) {
      return "A link has no setting '" + std::string(part) + "'.";
    }
    const auto value = number(part.substr(equals + 1));
    if (!value || !(*value >= 0) || *value > word->most) {
      return "'" + std::string(part) + "' is not a number from 0 to " +
             std::to_string(static_cast<std::int64_t>(word->most)) + ".";
    }
    word->set(settings, *value);
  }
  return settings;
}

}  // namespace baton::network
