// SPDX-License-Identifier: GPL-3.0-or-later
#include <libconfig.h>

#include <map>
#include <optional>

#include "plugin/config.hpp"
#include "plugin/config_scan.hpp"

namespace baton::plugin {

namespace {

constexpr std::string_view kGeneral = "general";
constexpr std::string_view kRoomPrefix = "room-";
/// Gives a room an id that a group's name cannot spell.
constexpr std::string_view kRoomIdKey = "room";

/// Owns what libconfig parsed.
class ParsedFile {
public:
  ParsedFile() { config_init(&config_); }
  ~ParsedFile() { config_destroy(&config_); }
  ParsedFile(const ParsedFile&) = delete;
  ParsedFile& operator=(const ParsedFile&) = delete;

  [[nodiscard]] bool read(const std::string& text) {
    return config_read_string(&config_, text.c_str()) == CONFIG_TRUE;
  }
  [[nodiscard]] unsigned error_line() const { return static_cast<unsigned>(config_error_line(&config_)); }
  [[nodiscard]] std::string error_text() const { return config_error_text(&config_); }
  [[nodiscard]] const config_setting_t* root() const { return config_root_setting(&config_); }

private:
  config_t config_{};
};

/// One setting of the file.
class Node {
public:
  explicit Node(const config_setting_t* setting) : setting_(setting) {}

  [[nodiscard]] std::string name() const {
    const char* name = config_setting_name(setting_);
    return name != nullptr ? name : "";
  }
  [[nodiscard]] unsigned line() const { return config_setting_source_line(setting_); }
  [[nodiscard]] bool is_group() const { return config_setting_type(setting_) == CONFIG_TYPE_GROUP; }

  [[nodiscard]] std::vector<Node> children() const {
    std::vector<Node> result;
    const int count = config_setting_length(setting_);
    result.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      result.emplace_back(config_setting_get_elem(setting_, static_cast<unsigned>(i)));
    }
    return result;
  }

  [[nodiscard]] SettingValue value() const {
    switch (config_setting_type(setting_)) {
      case CONFIG_TYPE_INT:
        return static_cast<std::int64_t>(config_setting_get_int(setting_));
      case CONFIG_TYPE_INT64:
        return static_cast<std::int64_t>(config_setting_get_int64(setting_));
      case CONFIG_TYPE_FLOAT:
        return config_setting_get_float(setting_);
      case CONFIG_TYPE_BOOL:
        return config_setting_get_bool(setting_) == CONFIG_TRUE;
      case CONFIG_TYPE_STRING:
        return std::string(config_setting_get_string(setting_));
      case CONFIG_TYPE_GROUP:
        return group_value();
      case CONFIG_TYPE_ARRAY:
        return list_value("[ an array ]");
      default:
        return list_value("( a list )");
    }
  }

private:
  [[nodiscard]] SettingGroup group_value() const {
    SettingGroup group{"{ a group }", {}};
    for (const Node& member : children()) {
      group.members.emplace_back(member.name(), member.value());
    }
    return group;
  }
  [[nodiscard]] SettingList list_value(std::string_view type) const {
    SettingList list{type, {}};
    for (const Node& element : children()) {
      list.elements.push_back(element.value());
    }
    return list;
  }

  const config_setting_t* setting_;
};

/// Gathers problems up to the limit, in the order of the file.
class Problems {
public:
  explicit Problems(std::string_view file) : file_(file) {}

  void add(unsigned line, std::string key, std::string given, std::string problem) {
    if (found_.size() < kMaxConfigProblems) {
      found_.push_back({file_, line, std::move(key), std::move(given), std::move(problem)});
    } else {
      more_ = true;
    }
  }

  [[nodiscard]] bool any() const { return !found_.empty(); }

  [[nodiscard]] std::vector<ConfigProblem> take() {
    if (more_) {
      found_.push_back({file_, 0, {}, {}, "there are more problems; correct these first"});
    }
    return std::move(found_);
  }

private:
  std::string file_;
  std::vector<ConfigProblem> found_;
  bool more_ = false;
};

/// Lines on which the keys of one group stand, so that a conflict can name one.
using KeyLines = std::map<std::string, unsigned, std::less<>>;

ChosenLimits chosen_in(const KeyLines& lines) {
  ChosenLimits chosen;
  for (const auto& [name, line] : lines) {
    if (const RoomKey* key = find_room_key(name)) {
      chosen.note(*key);
    }
  }
  return chosen;
}

class Reader {
public:
  Reader(Config& config, Problems& problems) : config_(config), problems_(problems) {}

  void read(const Node& root) {
    const auto groups = root.children();
    // `general` first, wherever it stands: it has the defaults for the rooms.
    for (const Node& group : groups) {
      if (group.name() == kGeneral) {
        read_general(group);
      }
    }
    for (const Node& group : groups) {
      const std::string name = group.name();
      if (name.starts_with(kRoomPrefix)) {
        read_room(group);
      } else if (name != kGeneral) {
        report_unknown_group(group);
      }
    }
  }

private:
  void read_general(const Node& group) {
    if (!require_group(group)) {
      return;
    }
    KeyLines lines;
    for (const Node& node : group.children()) {
      const std::string name = node.name();
      lines[name] = node.line();
      if (const ServerKey* key = find_server_key(name)) {
        if (const auto problem = apply(*key, node.value(), config_.server)) {
          report_value(node, kGeneral, key->confidential, *problem);
        }
      } else if (const RoomKey* room_key = find_room_key(name)) {
        read_room_default(node, *room_key);
      } else {
        report_unknown_key(node, kGeneral, names_for_general());
      }
    }
    RoomDraft as_room = config_.room_defaults;
    report_conflict(group, lines, kGeneral, complete(as_room, chosen_in(lines)));
    report_conflict(group, lines, kGeneral, conflict_in(config_.server));
  }

  void read_room_default(const Node& node, const RoomKey& key) {
    if (key.place == KeyPlace::room_only) {
      problems_.add(node.line(), full_name(kGeneral, node), {},
                    "belongs to one room: put it into a room-<id>: { ... }");
    } else if (const auto problem = apply(key, node.value(), RoomOrigin::request, config_.room_defaults)) {
      report_value(node, kGeneral, key.confidential, *problem);
    }
  }

  void read_room(const Node& group) {
    if (!require_group(group)) {
      return;
    }
    const std::string group_name = group.name();
    PredefinedRoom room{core::RoomId(group_name.substr(kRoomPrefix.size())), config_.room_defaults};
    room.settings.time_to_live = core::Duration::zero();
    KeyLines lines;
    for (const Node& node : group.children()) {
      const std::string name = node.name();
      lines[name] = node.line();
      if (name == kRoomIdKey) {
        read_room_id(node, group_name, room.id);
      } else if (const RoomKey* key = find_room_key(name)) {
        if (const auto problem = apply(*key, node.value(), RoomOrigin::predefined, room.settings)) {
          report_value(node, group_name, key->confidential, *problem);
        }
      } else if (find_server_key(name) != nullptr) {
        problems_.add(node.line(), full_name(group_name, node), {},
                      "is about the whole server: put it into general: { ... }");
      } else {
        report_unknown_key(node, group_name, names_for_room());
      }
    }
    report_conflict(group, lines, group_name, complete(room.settings, chosen_in(lines)));
    report_conflict(group, lines, group_name, conflict_in(room.settings, config_.server.join_auth));
    add_room(group, lines, std::move(room));
  }

  void read_room_id(const Node& node, const std::string& group_name, core::RoomId& id) {
    const SettingValue value = node.value();
    if (const auto* text = std::get_if<std::string>(&value)) {
      id = core::RoomId(*text);
    } else {
      report_value(node, group_name, Confidential::no, "must be the room's id in quotes");
    }
  }

  void add_room(const Node& group, const KeyLines& lines, PredefinedRoom room) {
    const auto id_line = lines.find(kRoomIdKey);
    const bool has_own_id = id_line != lines.end();
    const unsigned line = has_own_id ? id_line->second : group.line();
    const std::string key = has_own_id ? group.name() + "." + std::string(kRoomIdKey) : group.name();
    const std::string given = has_own_id ? to_text(room.id.value()) : std::string();
    if (!core::is_valid_name_id(room.id.value())) {
      problems_.add(line, key, given,
                    "a room's id has 1 to " + std::to_string(core::kMaxNameIdBytes) +
                        " letters, digits or characters out of ._~@+:=-");
      return;
    }
    const auto [earlier, is_new] = room_lines_.emplace(room.id.value(), group.line());
    if (!is_new) {
      problems_.add(line, key, given,
                    "the room " + to_text(room.id.value()) + " exists already, from line " +
                        std::to_string(earlier->second));
      return;
    }
    if (config_.rooms.size() == config_.server.max_rooms) {
      problems_.add(group.line(), group.name(), {},
                    "is one room more than general.max_rooms = " + std::to_string(config_.server.max_rooms));
      return;
    }
    config_.rooms.push_back(std::move(room));
  }

  bool require_group(const Node& node) {
    if (!node.is_group()) {
      problems_.add(node.line(), node.name(), {}, "must be a group: " + node.name() + ": { ... }");
    }
    return node.is_group();
  }

  void report_value(const Node& node, std::string_view group, Confidential confidential,
                    std::string problem) {
    problems_.add(node.line(), full_name(group, node),
                  confidential == Confidential::yes ? std::string() : to_text(node.value()),
                  std::move(problem));
  }

  void report_conflict(const Node& group, const KeyLines& lines, std::string_view group_name,
                       const std::optional<Conflict>& conflict) {
    if (!conflict) {
      return;
    }
    const auto line = lines.find(conflict->key);
    problems_.add(line != lines.end() ? line->second : group.line(),
                  std::string(group_name) + "." + std::string(conflict->key), {}, conflict->problem);
  }

  void report_unknown_key(const Node& node, std::string_view group,
                          const std::vector<std::string_view>& known) {
    const std::string_view meant = nearest_name(node.name(), known);
    problems_.add(node.line(), full_name(group, node), {},
                  meant.empty() ? "there is no such key"
                                : "there is no such key; did you mean " + std::string(meant) + "?");
  }

  void report_unknown_group(const Node& node) {
    const std::string name = node.name();
    if (find_server_key(name) != nullptr || find_room_key(name) != nullptr) {
      problems_.add(node.line(), name, {}, "must stand inside general: { ... } or a room-<id>: { ... }");
      return;
    }
    const std::string_view known[] = {kGeneral};
    problems_.add(node.line(), name, {},
                  nearest_name(name, known).empty()
                      ? "there is no such section; there are general: { ... } and room-<id>: { ... }"
                      : "there is no such section; did you mean general?");
  }

  static std::string full_name(std::string_view group, const Node& node) {
    return std::string(group) + "." + node.name();
  }

  static std::vector<std::string_view> names_for_general() {
    std::vector<std::string_view> names;
    for (const ServerKey& key : server_keys()) {
      names.push_back(key.name);
    }
    for (const RoomKey& key : room_keys()) {
      if (key.place == KeyPlace::room_with_default) {
        names.push_back(key.name);
      }
    }
    return names;
  }

  static std::vector<std::string_view> names_for_room() {
    std::vector<std::string_view> names{kRoomIdKey};
    for (const RoomKey& key : room_keys()) {
      names.push_back(key.name);
    }
    return names;
  }

  Config& config_;
  Problems& problems_;
  std::map<std::string, unsigned, std::less<>> room_lines_;
};

}  // namespace

ConfigResult parse_config(std::string_view text, std::string_view file) {
  Problems problems(file);
  auto scanned = scan_config_text(text);
  if (const auto* found = std::get_if<std::vector<ScanProblem>>(&scanned)) {
    for (const ScanProblem& problem : *found) {
      problems.add(problem.line, problem.where, {}, problem.problem);
    }
    return problems.take();
  }
  const std::string& prepared = std::get<std::string>(scanned);
  ParsedFile parsed;
  if (!parsed.read(prepared)) {
    const unsigned line = parsed.error_line();
    problems.add(line, std::string(name_at_line(prepared, line)), {}, parsed.error_text());
    return problems.take();
  }
  Config config;
  config.source = ConfigSource::file;
  config.file = file;
  Reader(config, problems).read(Node(parsed.root()));
  if (problems.any()) {
    return problems.take();
  }
  return config;
}

}  // namespace baton::plugin
