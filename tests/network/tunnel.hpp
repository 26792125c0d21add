// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace baton::network {

/// A TUN device in a network namespace, which goes away with this object. It carries IP packets without a
/// header of its own. One owner.
class Tunnel {
public:
  /// @param network_namespace  a file such as /proc/123/ns/net
  /// Throws std::system_error with what could not be done.
  Tunnel(const std::string& network_namespace, const std::string& device);
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;
  ~Tunnel();

  /// To be polled and read; does not block.
  [[nodiscard]] int descriptor() const { return descriptor_; }

private:
  int descriptor_ = -1;
};

}  // namespace baton::network
