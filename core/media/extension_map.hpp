// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "core/media/header_extension.hpp"
#include "core/media/rtp_packet.hpp"

namespace baton::media {

/// Which header extensions were negotiated for one medium of one connection, and under which ids
/// (`a=extmap`, RFC 8285 §5). A plain value of ten bytes.
class ExtensionMap {
public:
  /// The extension goes by this id from now on; an id of 0, which RFC 8285 §4.2 keeps for padding, means that
  /// it was not negotiated.
  void set(ExtensionKind kind, ExtensionId id) { ids_[static_cast<std::size_t>(kind)] = id; }

  /// Nothing when it was not negotiated.
  [[nodiscard]] std::optional<ExtensionId> id_of(ExtensionKind kind) const {
    const ExtensionId id = ids_[static_cast<std::size_t>(kind)];
    return id.value == 0 ? std::nullopt : std::optional(id);
  }

  friend bool operator==(const ExtensionMap&, const ExtensionMap&) = default;

private:
  std::array<ExtensionId, kExtensionKindCount> ids_{};
};

}  // namespace baton::media
