// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_description.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace baton::plugin {

namespace {

/// The longest token of an m-line; the longest in use has half of it.
constexpr std::size_t kMaxTokenBytes = 64;

struct DirectionName {
  MediaDirection direction;
  std::string_view name;
};
constexpr auto kDirections = std::to_array<DirectionName>({
    {MediaDirection::sendrecv, "sendrecv"},
    {MediaDirection::sendonly, "sendonly"},
    {MediaDirection::recvonly, "recvonly"},
    {MediaDirection::inactive, "inactive"},
});

std::optional<MediaDirection> direction_from(std::string_view name) {
  const auto* row = std::ranges::find(kDirections, name, &DirectionName::name);
  return row == kDirections.end() ? std::nullopt : std::optional(row->direction);
}

std::string_view name_of(MediaDirection direction) {
  return std::ranges::find(kDirections, direction, &DirectionName::direction)->name;
}

/// `UDP/TLS/RTP/SAVPF` and the like: tokens with slashes between them.
bool is_protocol(std::string_view text) {
  if (text.size() > kMaxTokenBytes) {
    return false;
  }
  while (true) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (!is_token(text.substr(0, slash), kMaxTokenBytes)) {
      return false;
    }
    if (slash == text.size()) {
      return true;
    }
    text.remove_prefix(slash + 1);
  }
}

bool has_control_character(std::string_view line) {
  return std::ranges::any_of(line, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

/// Reads one line after the other; the first that is not as RFC 8866 §9 says ends it.
class Parser {
public:
  std::optional<SdpDescription> run(std::string_view sdp) {
    std::size_t lines = 0;
    while (!sdp.empty()) {
      const std::size_t end = std::min(sdp.find('\n'), sdp.size());
      std::string_view line = sdp.substr(0, end);
      sdp.remove_prefix(std::min(end + 1, sdp.size()));
      if (line.ends_with('\r')) {
        line.remove_suffix(1);
      }
      if (++lines > kMaxSdpLines || !take_line(line, lines)) {
        return std::nullopt;
      }
    }
    const bool complete = has_origin_ && has_name_ && !result_.media.empty();
    return complete ? std::optional(std::move(result_)) : std::nullopt;
  }

private:
  bool take_line(std::string_view line, std::size_t number) {
    if (line.size() < 2 || line[1] != '=' || line.size() > kMaxSdpLineBytes || has_control_character(line)) {
      return false;
    }
    if (number == 1) {
      return line == "v=0";
    }
    const std::string_view value = line.substr(2);
    const bool in_media = !result_.media.empty();
    switch (line[0]) {
      case 'o':
        return !in_media && !std::exchange(has_origin_, true) && take_origin(value);
      case 's':
        return !in_media && !std::exchange(has_name_, true);
      case 'm':
        return take_media(value);
      case 'a':
        return take_attribute(value);
      case 'i':
      case 'c':
      case 'b':
      case 'k':
        return true;
      case 'u':
      case 'e':
      case 'p':
      case 't':
      case 'r':
      case 'z':
        return !in_media;
      default:
        return false;
    }
  }

  bool take_origin(std::string_view value) {
    const std::string_view user = take_word(value);
    const auto session_id = number_from<std::uint64_t>(take_word(value));
    const auto version = number_from<std::uint64_t>(take_word(value));
    const std::string_view network = take_word(value);
    const std::string_view address_type = take_word(value);
    if (user.empty() || !session_id || !version || network.empty() || address_type.empty() || value.empty()) {
      return false;
    }
    result_.session_id = *session_id;
    result_.version = *version;
    return true;
  }

  bool take_media(std::string_view value) {
    if (result_.media.size() == kMaxSdpMediaLines) {
      return false;
    }
    SdpMediaLine line;
    line.direction = session_direction_;
    line.media = take_word(value);
    const std::string_view ports = take_word(value);
    const auto port = number_from<std::uint16_t>(ports.substr(0, ports.find('/')));
    line.protocol = take_word(value);
    while (!value.empty() && line.formats.size() < kMaxSdpFormats) {
      line.formats.emplace_back(take_word(value));
    }
    const auto sound = [](std::string_view token) { return is_token(token, kMaxTokenBytes); };
    if (!sound(line.media) || !port || !is_protocol(line.protocol) || line.formats.empty() ||
        !value.empty() || !std::ranges::all_of(line.formats, sound)) {
      return false;
    }
    line.port = *port;
    result_.media.push_back(std::move(line));
    return true;
  }

  bool take_attribute(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    const std::string_view value = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    const bool value_missing = colon != std::string_view::npos && value.empty();
    if (!is_token(name, kMaxTokenBytes) || value_missing) {
      return false;
    }
    MediaDirection& direction = result_.media.empty() ? session_direction_ : result_.media.back().direction;
    if (const auto said = direction_from(name)) {
      direction = *said;
    } else {
      SdpAttributes& attributes =
          result_.media.empty() ? result_.attributes : result_.media.back().attributes;
      attributes.push_back({std::string(name), std::string(value)});
    }
    return true;
  }

  SdpDescription result_;
  MediaDirection session_direction_ = MediaDirection::sendrecv;
  bool has_origin_ = false;
  bool has_name_ = false;
};

constexpr std::string_view kLineEnd = "\r\n";

void print_attributes(const SdpAttributes& attributes, std::string& text) {
  for (const SdpAttribute& a : attributes) {
    text.append("a=").append(a.name).append(a.value.empty() ? "" : ":").append(a.value).append(kLineEnd);
  }
}

void print_media(const SdpMediaLine& line, std::string& text) {
  text.append("m=").append(line.media).append(" ").append(std::to_string(line.port));
  text.append(" ").append(line.protocol);
  for (const std::string& format : line.formats) {
    text.append(" ").append(format);
  }
  text.append(kLineEnd).append("c=").append(line.connection).append(kLineEnd);
  text.append("a=").append(name_of(line.direction)).append(kLineEnd);
  print_attributes(line.attributes, text);
}

constexpr bool is_separator(char c) {
  return c == ' ' || c == '\t' || c == ';';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_separator(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_separator(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

std::optional<std::string_view> find_attribute(const SdpAttributes& attributes, std::string_view name) {
  const auto found = std::ranges::find(attributes, name, &SdpAttribute::name);
  return found == attributes.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::vector<std::string_view> values_of(const SdpAttributes& attributes, std::string_view name) {
  std::vector<std::string_view> values;
  for (const SdpAttribute& a : attributes) {
    if (a.name == name) {
      values.emplace_back(a.value);
    }
  }
  return values;
}

std::optional<std::string_view> SdpMediaLine::attribute_of_format(std::string_view name,
                                                                  std::string_view format) const {
  for (const SdpAttribute& a : attributes) {
    const std::string_view value = a.value;
    if (a.name == name && value.starts_with(format) && value.size() > format.size() &&
        value[format.size()] == ' ') {
      return trimmed(value.substr(format.size()));
    }
  }
  return std::nullopt;
}

std::optional<SdpDescription> parse_description(std::string_view sdp) {
  return sdp.size() <= kMaxSdpBytes ? Parser().run(sdp) : std::nullopt;
}

std::string print_description(const SdpDescription& description) {
  std::string text = "v=0\r\no=- ";
  text.append(std::to_string(description.session_id)).append(" ").append(std::to_string(description.version));
  text.append(" IN IP4 127.0.0.1\r\ns=Baton\r\nt=0 0\r\n");
  print_attributes(description.attributes, text);
  for (const SdpMediaLine& line : description.media) {
    print_media(line, text);
  }
  return text;
}

std::optional<RtpMap> parse_rtpmap(std::string_view value) {
  const std::size_t slash = value.find('/');
  if (slash == 0 || slash == std::string_view::npos) {
    return std::nullopt;
  }
  RtpMap map;
  map.encoding = value.substr(0, slash);
  const std::string_view rest = value.substr(slash + 1);
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const auto clock_rate = number_from<std::uint32_t>(rest.substr(0, end));
  if (!clock_rate) {
    return std::nullopt;
  }
  map.clock_rate = *clock_rate;
  map.parameters = rest.substr(std::min(end + 1, rest.size()));
  return map;
}

std::optional<media::PayloadType> parse_payload_type(std::string_view format) {
  constexpr std::uint8_t kHighest = 127;
  const auto value = number_from<std::uint8_t>(format);
  return value && *value <= kHighest ? std::optional(media::PayloadType{*value}) : std::nullopt;
}

std::optional<std::string_view> format_parameter(std::string_view parameters, std::string_view name) {
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find(';'), parameters.size());
    const std::string_view parameter = trimmed(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    if (same_token(parameter.substr(0, equals), name)) {
      return parameter.substr(std::min(equals + 1, parameter.size()));
    }
  }
  return std::nullopt;
}

}  // namespace baton::plugin
