// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ids.hpp"

namespace baton::transport::direct {

/// One peer of the direct transport: one PeerConnection of a browser. Given by the caller, never reused.
using PeerId = core::NumericId<struct DirectPeerIdTag>;

}  // namespace baton::transport::direct
