// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/instance.hpp"

#include <utility>
#include <variant>

#include "core/activities/built_in.hpp"
#include "framework/log.hpp"
#include "plugin/config.hpp"
#include "plugin/direct_peers.hpp"
#include "plugin/handle_session.hpp"

namespace baton::plugin {

BatonPlugin::BatonPlugin() : BatonPlugin(core::built_in_activities()) {}

BatonPlugin::BatonPlugin(core::ActivityCatalogue activities) : activities_(std::move(activities)) {}

framework::InitResult BatonPlugin::init(const framework::PluginContext& context) {
  const auto loaded = load_config(context.config_folder / "janus.plugin.baton.jcfg");
  if (const auto* problems = std::get_if<std::vector<ConfigProblem>>(&loaded)) {
    for (const ConfigProblem& problem : *problems) {
      framework::log(framework::LogLevel::fatal, to_string(problem));
    }
    return framework::InitResult::failed("The configuration has problems; see the lines above.");
  }
  const Config& config = std::get<Config>(loaded);
  framework::log(framework::LogLevel::info, describe(config));
  std::unique_ptr<DirectPeers> direct;
  if (config.server.direct_port) {
    auto opened = DirectPeers::open(config.server);
    if (const auto* problem = std::get_if<std::string>(&opened)) {
      return framework::InitResult::failed(*problem);
    }
    direct = std::get<std::unique_ptr<DirectPeers>>(std::move(opened));
    framework::log(framework::LogLevel::info, direct->describe());
  }
  server_ = std::make_unique<Server>(config, activities_, std::move(direct));
  return framework::InitResult::ready();
}

std::shared_ptr<framework::HandleHandler> BatonPlugin::create_handle(framework::Handle handle) {
  auto session = std::make_shared<HandleSession>(std::move(handle), *server_);
  server_->attached(session);
  return session;
}

framework::Json BatonPlugin::on_admin_message(framework::SharedJson request) {
  return server_->admin_message(request);
}

}  // namespace baton::plugin
