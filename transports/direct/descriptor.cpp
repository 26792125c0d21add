// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/descriptor.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace baton::transport::direct {

Descriptor::Descriptor(int number) : number_(number) {
  if (number < 0) {
    throw std::system_error(errno, std::generic_category());
  }
}

Descriptor::~Descriptor() {
  close(number_);
}

}  // namespace baton::transport::direct
