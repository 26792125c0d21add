// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "plugin/config_keys.hpp"

/// Reads `janus.plugin.baton.jcfg`. The file has a group `general` and a group `room-<id>` for each room that
/// shall exist from the start, as operators know it from the gateway's own plugins.
namespace baton::plugin {

/// A room that exists from the start. It lives for ever unless the file gives it a time to live.
struct PredefinedRoom {
  core::RoomId id;
  RoomDraft settings;
};

enum class ConfigSource : std::uint8_t {
  file,
  defaults,  ///< There is no file: everything has its default and no room is predefined.
};

/// Everything the file says, checked. A plain value; not changed after start.
struct Config {
  ConfigSource source = ConfigSource::defaults;
  std::string file;  ///< Its path, for messages.
  ServerSettings server;
  /// What rooms get that are created by request, where the request says nothing. Has no secret. Apply what
  /// the request says to a copy, then complete() the copy.
  RoomDraft room_defaults;
  std::vector<PredefinedRoom> rooms;
};

/// One thing that is wrong with the file.
struct ConfigProblem {
  std::string file;
  unsigned line = 0;    ///< From 1; 0 when it is about the file as a whole.
  std::string key;      ///< Such as `general.grace_ms`; may be empty.
  std::string given;    ///< The value as it stands there; empty for a secret and where there is none.
  std::string problem;  ///< What is wrong or what is allowed, in a phrase that follows the key.
};

/// One line for the log: `/etc/janus/x.jcfg:12: general.grace_ms = "5m": must be a whole number of ...`.
[[nodiscard]] std::string to_string(const ConfigProblem& problem);

/// Problems that are reported at most; then one more line says that there are others.
inline constexpr std::size_t kMaxConfigProblems = 20;
/// The largest file that is read.
inline constexpr std::size_t kMaxConfigBytes = std::size_t{1024} * 1024;

using ConfigResult = std::variant<Config, std::vector<ConfigProblem>>;

/// Reads the file. A missing one is no error. Any problem means: do not start. Blocks on the disk, so it is
/// called at start only.
[[nodiscard]] ConfigResult load_config(const std::filesystem::path& file);

/// The same for text that is at hand; `file` is for messages only.
[[nodiscard]] ConfigResult parse_config(std::string_view text, std::string_view file);

/// One line for the log that says what was read: the path, how many rooms, or that the file is missing.
[[nodiscard]] std::string describe(const Config& config);

}  // namespace baton::plugin
