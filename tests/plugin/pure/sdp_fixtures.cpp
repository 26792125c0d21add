// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/pure/sdp_fixtures.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

namespace baton::plugin::test {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    lines.push_back(line);
  }
  return lines;
}

/// The attributes that the gateway keeps for itself.
constexpr auto kTransportAttributes = std::to_array<std::string_view>(
    {"ice-ufrag", "ice-pwd", "ice-options", "fingerprint", "setup", "group", "msid-semantic",
     "extmap-allow-mixed", "rtcp", "rtcp-mux", "rtcp-rsize", "candidate", "end-of-candidates", "ssrc",
     "ssrc-group", "rid", "simulcast", "sctp-port", "max-message-size"});

bool is_about_transport(const std::string& line) {
  return line.starts_with("a=") && std::ranges::any_of(kTransportAttributes, [&](std::string_view name) {
           const std::string_view rest = std::string_view(line).substr(2);
           return rest == name || (rest.starts_with(name) && rest[name.size()] == ':');
         });
}

/// The payload types of retransmission and error correction, which the gateway removes.
std::set<std::string> repair_formats(const std::vector<std::string>& lines) {
  std::set<std::string> formats;
  for (const std::string& line : lines) {
    for (const std::string_view codec : {" rtx/90000", " red/90000", " ulpfec/90000", " flexfec-03/90000"}) {
      if (line.starts_with("a=rtpmap:") && line.ends_with(codec)) {
        formats.insert(line.substr(9, line.find(' ') - 9));
      }
    }
  }
  return formats;
}

std::string without_formats(const std::string& media_line, const std::set<std::string>& formats) {
  std::istringstream words(media_line);
  std::string result;
  int position = 0;
  for (std::string word; words >> word; ++position) {
    if (position < 3 || !formats.contains(word)) {
      result += (position == 0 ? "" : " ") + word;
    }
  }
  return result;
}

bool is_about_format(const std::string& line, const std::set<std::string>& formats) {
  return std::ranges::any_of(formats, [&](const std::string& format) {
    return line.starts_with("a=rtpmap:" + format + " ") || line.starts_with("a=fmtp:" + format + " ") ||
           line.starts_with("a=rtcp-fb:" + format + " ");
  });
}

}  // namespace

std::string fixture(std::string_view name) {
  std::ifstream file(std::string(BATON_SDP_FIXTURES) + "/" + std::string(name) + ".sdp", std::ios::binary);
  INFO("fixture " << name);
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string as_handed_over(const std::string& sdp) {
  const auto lines = lines_of(sdp);
  const auto repair = repair_formats(lines);
  std::string result;
  for (const std::string& line : lines) {
    if (is_about_transport(line) || is_about_format(line, repair)) {
      continue;
    }
    result += (line.starts_with("m=") ? without_formats(line, repair) : line) + "\r\n";
  }
  return result;
}

std::vector<std::string> media_sections(const std::string& sdp) {
  std::vector<std::string> sections;
  for (const std::string& line : lines_of(sdp)) {
    if (line.starts_with("m=")) {
      sections.emplace_back();
    }
    if (!sections.empty()) {
      sections.back() += line + "\r\n";
    }
  }
  return sections;
}

bool has_line(const std::string& sdp, std::string_view line) {
  return std::ranges::any_of(lines_of(sdp), [&](const std::string& each) { return each == line; });
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  INFO("replacing " << what);
  REQUIRE(text.find(what) != std::string::npos);
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

std::string replaced_in_section(const std::string& text, std::size_t section, std::string_view what,
                                std::string_view with) {
  auto sections = media_sections(text);
  REQUIRE(section < sections.size());
  sections[section] = replaced(sections[section], what, with);
  std::string result = text.substr(0, text.find("m="));
  for (const std::string& each : sections) {
    result += each;
  }
  return result;
}

std::string changed(const std::string& text, const Change& change) {
  if (change.where == Where::everywhere) {
    return replaced(text, change.what, change.with);
  }
  const std::size_t section = change.where == Where::first_medium ? 0 : 1;
  return replaced_in_section(text, section, change.what, change.with);
}

}  // namespace baton::plugin::test
