// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

namespace baton::plugin {

namespace {

std::vector<ConfigProblem> one_problem(std::string_view file, std::string problem) {
  return {{std::string(file), 0, {}, {}, std::move(problem)}};
}

}  // namespace

std::string to_string(const ConfigProblem& problem) {
  std::string line = problem.file + ":";
  if (problem.line != 0) {
    line += std::to_string(problem.line) + ":";
  }
  if (!problem.key.empty()) {
    line += " " + problem.key + (problem.given.empty() ? "" : " = " + problem.given) + ":";
  }
  return line + " " + problem.problem;
}

ConfigResult load_config(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    Config config;
    config.file = name;
    return config;
  }
  if (error) {
    return one_problem(name, "cannot be read: " + error.message());
  }
  // A folder or a pipe opens well, and then fails or blocks.
  if (status.type() != std::filesystem::file_type::regular) {
    return one_problem(name, "is not a file");
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMaxConfigBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) {
    return one_problem(name, "cannot be read: " + std::generic_category().message(errno));
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMaxConfigBytes) {
    return one_problem(name, "is larger than " + std::to_string(kMaxConfigBytes) + " bytes");
  }
  return parse_config(text, name);
}

std::string describe(const Config& config) {
  if (config.source == ConfigSource::defaults) {
    return config.file + ": there is no such file; everything has its default and no room is predefined";
  }
  const std::size_t count = config.rooms.size();
  return config.file + ": read; " +
         (count == 0
              ? "no room is predefined"
              : std::to_string(count) + (count == 1 ? " room is predefined" : " rooms are predefined"));
}

}  // namespace baton::plugin
