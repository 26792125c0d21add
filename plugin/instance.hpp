// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/activities/activity.hpp"
#include "framework/plugin.hpp"
#include "plugin/server.hpp"

namespace baton::plugin {

/// What Janus loads. Whoever has an activity of its own derives from it and exports that class instead
/// (examples/raised_hands).
class BatonPlugin : public framework::Plugin {
public:
  /// Offers the activities that come with Baton.
  BatonPlugin();

  static constexpr framework::PluginInfo kInfo{
      .package = "janus.plugin.baton",
      .name = "Baton",
      .description = "Rooms that outlive their hosts.",
      .author = "The Baton developers",
      .version_string = "0.1.0",
      .version = 1,
  };

  framework::InitResult init(const framework::PluginContext& context) override;
  std::shared_ptr<framework::HandleHandler> create_handle(framework::Handle handle) override;
  [[nodiscard]] framework::Json on_admin_message(framework::SharedJson request) override;

protected:
  /// Offers these to the hosts of rooms.
  explicit BatonPlugin(core::ActivityCatalogue activities);

private:
  const core::ActivityCatalogue activities_;
  std::unique_ptr<Server> server_;
};

}  // namespace baton::plugin
