// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/scripted_plugin.hpp"

namespace baton::testing {

using framework::Handle;
using framework::HandleHandler;
using framework::Json;

namespace {

class ScriptedHandle final : public HandleHandler {
public:
  ScriptedHandle(Script& script, Handle handle) : script_(script), handle_(std::move(handle)) {}
  ~ScriptedHandle() override { script_.write("handler gone"); }

  framework::Reply on_message(framework::Message message) override {
    return script_.on_message ? script_.on_message(handle_, std::move(message))
                              : framework::Reply::ok(Json::object());
  }
  void on_media_up() override { script_.write("media up"); }
  void on_rtp(const framework::RtpPacket& packet) override {
    if (script_.on_rtp)
      script_.on_rtp(handle_, packet);
  }
  void on_rtcp(const framework::RtcpPacket& packet) override { handle_.relay_rtcp(packet); }
  void on_data(const framework::DataMessage& message) override { handle_.relay_data(message); }
  void on_data_ready() override { script_.write("data ready"); }
  void on_slow_link(const framework::SlowLink& link) override {
    if (script_.on_slow_link)
      script_.on_slow_link(handle_, link);
  }
  void on_hangup(framework::HungUp what, framework::PeerConnectionNumber /*which*/) override {
    script_.write(what == framework::HungUp::connected ? "hangup connected" : "hangup never connected");
  }
  void on_destroy(framework::DestroyReason reason) override {
    script_.write(reason == framework::DestroyReason::detached ? "detached" : "stopping");
  }
  Json describe() override { return script_.on_describe ? script_.on_describe() : Json::object(); }

private:
  Script& script_;
  Handle handle_;
};

}  // namespace

void Script::write(std::string line) {
  const std::lock_guard lock(mutex_);
  journal_.push_back(std::move(line));
}

std::vector<std::string> Script::take_journal() {
  const std::lock_guard lock(mutex_);
  return std::exchange(journal_, {});
}

framework::InitResult ScriptedPlugin::init(const framework::PluginContext& context) {
  own_.context = context;
  return own_.on_init ? own_.on_init(context) : framework::InitResult::ready();
}

std::shared_ptr<HandleHandler> ScriptedPlugin::create_handle(Handle handle) {
  if (own_.on_create)
    own_.on_create(handle);
  if (own_.refuse == Script::Refuse::everybody)
    return nullptr;
  return std::make_shared<ScriptedHandle>(own_, std::move(handle));
}

Json ScriptedPlugin::on_admin_message(framework::SharedJson request) {
  return own_.on_admin_message ? own_.on_admin_message(std::move(request))
                               : Plugin::on_admin_message(std::move(request));
}

}  // namespace baton::testing
