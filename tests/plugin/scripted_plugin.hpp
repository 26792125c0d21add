// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "framework/export.hpp"
#include "framework/plugin.hpp"

/// A plugin on the framework that writes down what happens to it and does what the test says.
namespace baton::testing {

/// What a test gives to the plugin and gets from it. It must outlive the plugin.
struct Script {
  std::function<framework::InitResult(const framework::PluginContext&)> on_init;
  std::function<void(framework::Handle&)> on_create;
  std::function<framework::Reply(framework::Handle&, framework::Message)> on_message;
  std::function<framework::Json()> on_describe;
  std::function<framework::Json(framework::SharedJson)> on_admin_message;
  std::function<void(framework::Handle&, const framework::RtpPacket&)> on_rtp;
  std::function<void(framework::Handle&, const framework::SlowLink&)> on_slow_link;
  enum class Refuse : std::uint8_t { nobody, everybody };
  Refuse refuse = Refuse::nobody;

  void write(std::string line);
  /// The lines since the last call.
  std::vector<std::string> take_journal();

  /// What `init` was given.
  framework::PluginContext context{};

private:
  std::mutex mutex_;
  std::vector<std::string> journal_;
};

class ScriptedPlugin final : public framework::Plugin {
public:
  static constexpr framework::PluginInfo kInfo{.package = "janus.plugin.scripted",
                                               .name = "Scripted",
                                               .description = "For tests",
                                               .author = "Tests",
                                               .version_string = "1.2.3",
                                               .version = 123};
  /// The script of the plugins that are made from now on.
  static void follow(Script& script) { script_ = &script; }
  static janus_plugin* table() { return framework::PluginExport<ScriptedPlugin>::table(); }
  static const framework::CallbackCounters& counters() {
    return framework::PluginExport<ScriptedPlugin>::host().counters();
  }

  ScriptedPlugin() : own_(*script_) { own_.write("made"); }
  ~ScriptedPlugin() override { own_.write("destroyed"); }

  framework::InitResult init(const framework::PluginContext& context) override;
  std::shared_ptr<framework::HandleHandler> create_handle(framework::Handle handle) override;
  framework::Json on_admin_message(framework::SharedJson request) override;

private:
  inline static Script* script_ = nullptr;
  Script& own_;
};

}  // namespace baton::testing
