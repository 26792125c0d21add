// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "plugin/config.hpp"

namespace baton::plugin::test {

namespace {

/// A folder of this test alone, removed at its end.
class Folder {
public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "baton-config-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::filesystem::path write(const std::string& text) const {
    const auto file = path_ / "janus.plugin.baton.jcfg";
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

std::string first_problem(const ConfigResult& result) {
  REQUIRE(std::holds_alternative<std::vector<ConfigProblem>>(result));
  return to_string(std::get<std::vector<ConfigProblem>>(result).front());
}

}  // namespace

TEST_CASE("A missing file means defaults, and a line says so") {
  const Folder folder;
  const auto file = folder.path() / "not-there.jcfg";
  const auto result = load_config(file);
  REQUIRE(std::holds_alternative<Config>(result));
  const auto& config = std::get<Config>(result);
  CHECK(config.source == ConfigSource::defaults);
  CHECK(config.rooms.empty());
  CHECK(describe(config) ==
        file.string() + ": there is no such file; everything has its default and no room is predefined");
}

TEST_CASE("A file is read, and its path stands in messages") {
  const Folder folder;
  const auto good = load_config(folder.write("room-a: { grace_ms = 1 }\n"));
  REQUIRE(std::holds_alternative<Config>(good));
  CHECK(std::get<Config>(good).rooms.size() == 1);
  const auto file = folder.write("\n\nroom-a: { grace_ms = \"1\" }\n");
  CHECK(first_problem(load_config(file)).starts_with(file.string() + ":3: room-a.grace_ms = \"1\": must be"));
}

TEST_CASE("What is no file is refused and does not end or hold up the process") {
  const Folder folder;
  CHECK(first_problem(load_config(folder.path())) == folder.path().string() + ": is not a file");
  CHECK(first_problem(load_config("/dev/zero")) == "/dev/zero: is not a file");
}

TEST_CASE("A file may be as large as the limit and no larger") {
  const Folder folder;
  CHECK(std::holds_alternative<Config>(load_config(folder.write(std::string(kMaxConfigBytes, ' ')))));
  const auto file = folder.write(std::string(kMaxConfigBytes + 1, ' '));
  CHECK(first_problem(load_config(file)) ==
        file.string() + ": is larger than " + std::to_string(kMaxConfigBytes) + " bytes");
}

}  // namespace baton::plugin::test
