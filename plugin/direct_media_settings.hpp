// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "plugin/sdp_direct.hpp"
#include "transports/direct/publisher_settings.hpp"
#include "transports/direct/viewer_settings.hpp"

/// What descriptions agreed on, as the transport takes it. What is random in it is drawn anew by each call.
/// Any thread.
namespace baton::plugin {

/// The name of all streams of this server (RFC 7022): one clock.
inline constexpr const char* kCanonicalName = "baton";

[[nodiscard]] transport::direct::ViewerSettings viewer_settings(const DirectSubscribeAnswer& answer,
                                                                const ProgramSources& sources);
[[nodiscard]] transport::direct::PublisherSettings publisher_settings(const DirectPublishOffer& offer);

}  // namespace baton::plugin
