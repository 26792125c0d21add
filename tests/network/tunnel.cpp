// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/network/tunnel.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace baton::network {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Tunnel::Tunnel(const std::string& network_namespace, const std::string& device) {
  // The device is made where the thread is, and stays there wherever the thread goes.
  const int space = open(network_namespace.c_str(), O_RDONLY | O_CLOEXEC);
  if (space < 0) {
    fail(network_namespace);
  }
  const int entered = setns(space, CLONE_NEWNET);
  close(space);
  if (entered != 0) {
    fail("entering " + network_namespace);
  }
  descriptor_ = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor_ < 0) {
    fail("/dev/net/tun");
  }
  ifreq request{};
  device.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (ioctl(descriptor_, TUNSETIFF, &request) != 0) {
    const int reason = errno;
    close(descriptor_);
    errno = reason;
    fail("making the device " + device);
  }
}

Tunnel::~Tunnel() {
  close(descriptor_);
}

}  // namespace baton::network
