// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace baton::transport::direct {

/// A file descriptor that is closed when this object ends.
class Descriptor {
public:
  /// Of what a system call has just returned: throws std::system_error when that was a failure.
  explicit Descriptor(int number);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }

private:
  int number_;
};

}  // namespace baton::transport::direct
