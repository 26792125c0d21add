// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/config_table.hpp"

#include <algorithm>
#include <string_view>

#include "plugin/config_keys.hpp"

namespace baton::plugin {

namespace {

constexpr std::string_view kHead = "| key | default | allowed | meaning |\n|---|---|---|---|\n";

/// What `allowed` says after "must be".
std::string without_must(const std::string& allowed) {
  constexpr std::string_view kMust = "must be ";
  return allowed.starts_with(kMust) ? allowed.substr(kMust.size()) : allowed;
}

struct TableRow {
  std::string_view name;
  std::string_view mark;
  std::string default_value;
  std::string allowed;
  std::string_view sentence;
};

std::string to_markdown(const TableRow& row) {
  std::string text = "| `";
  text.append(row.name).append("`").append(row.mark).append(" | ");
  text += row.default_value.empty() ? "none" : "`" + row.default_value + "`";
  text.append(" | ").append(without_must(row.allowed)).append(" | ").append(row.sentence);
  return text + " |\n";
}

// --- the sample ---

constexpr std::size_t kSampleWidth = 100;

/// Appends prose as comment lines, without the marks of Markdown.
void add_prose(std::string& text, std::string_view indent, std::string_view prose) {
  std::string plain(prose);
  std::erase(plain, '`');
  std::string_view rest = plain;
  while (!rest.empty()) {
    const std::size_t width = kSampleWidth - indent.size() - 2;
    std::size_t length = std::min(width, rest.size());
    if (length < rest.size()) {
      length = rest.rfind(' ', length);
    }
    text.append(indent).append("# ").append(rest.substr(0, length)).append("\n");
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
}

struct SampleKey {
  std::string_view name;
  std::string_view sentence;
  std::string allowed;
  std::string value;
};

void add_key(std::string& text, std::string_view indent, const SampleKey& key) {
  add_prose(text, "\t", key.sentence);
  add_prose(text, "\t", "Allowed: " + without_must(key.allowed) + ".");
  text.append(indent).append(key.name).append(" = ").append(key.value).append("\n");
}

/// What stands in the sample: the default, or an example where there is none.
template <class Target>
std::string sample_value(const SettingKey<Target>& key) {
  const std::string default_value = default_text(key);
  return default_value.empty() ? std::string(key.example) : default_value;
}

std::string sample_general() {
  std::string text = "general: {\n";
  add_prose(text, "\t", "The whole server.");
  for (const ServerKey& key : server_keys()) {
    add_key(text, "\t#", {key.name, key.sentence, allowed(key), sample_value(key)});
  }
  text += "\n";
  add_prose(text, "\t", "Defaults for rooms. A room's own group or its create request may say otherwise.");
  for (const RoomKey& key : room_keys()) {
    if (key.place == KeyPlace::room_with_default) {
      add_key(text, "\t#", {key.name, key.sentence, allowed(key, RoomOrigin::request), sample_value(key)});
    }
  }
  return text + "}\n";
}

std::string sample_room() {
  std::string text;
  add_prose(
      text, "",
      "A room that exists from the start: one group for each, named room-<id>. It takes the defaults above, "
      "except that it lives for ever, and may set every one of their keys, and these.");
  text += "#room-demo: {\n";
  add_key(
      text, "#\t",
      {"room", "The room's id, where it has characters that a group's name cannot have, such as team.blue.",
       "1 to 64 letters, digits or characters out of ._~@+:=-", "\"demo\""});
  for (const RoomKey& key : room_keys()) {
    if (key.place == KeyPlace::room_only) {
      add_key(text, "#\t", {key.name, key.sentence, allowed(key, RoomOrigin::predefined), sample_value(key)});
    }
  }
  return text + "#}\n";
}

}  // namespace

std::string docs_table() {
  std::string text = "In `general`, about the whole server:\n\n";
  text += kHead;
  for (const ServerKey& key : server_keys()) {
    text += to_markdown({key.name, "", default_text(key), allowed(key), key.sentence});
  }
  text +=
      "\nIn a `room-<id>`, which makes that room exist from the start; those marked * also in `general`, as "
      "the "
      "default of rooms:\n\n";
  text += kHead;
  text += to_markdown({"room", "", "", "a room's id in quotes",
                       "The room's id, where it has characters that a group's name cannot have, such as "
                       "`team.blue`."});
  for (const RoomKey& key : room_keys()) {
    text += to_markdown({key.name, key.place == KeyPlace::room_with_default ? " *" : "", default_text(key),
                         allowed(key, RoomOrigin::predefined), key.sentence});
  }
  return text;
}

std::string sample_file() {
  std::string text;
  add_prose(
      text, "",
      "Configuration of Baton, the plugin janus.plugin.baton. Copy it to the gateway's configuration folder "
      "as janus.plugin.baton.jcfg. Without that file everything has its default.");
  add_prose(
      text, "",
      "Each setting below is commented out and shows its default, or an example where there is none. An "
      "unknown key, a "
      "wrong type or a value out of range keeps the plugin from starting; the log names file, line and key.");
  return text + "\n" + sample_general() + "\n" + sample_room();
}

}  // namespace baton::plugin
