// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/time.hpp"

namespace baton::transport {

/// Tells the media worker that there is something to look at. Safe on the packet path: takes no lock,
/// allocates nothing.
class MediaWaker {
public:
  MediaWaker() = default;
  MediaWaker(const MediaWaker&) = delete;
  MediaWaker& operator=(const MediaWaker&) = delete;
  virtual ~MediaWaker() = default;

  virtual void wake() = 0;
  /// There will be something to look at then: nothing need be done when the worker is awake before that
  /// anyway.
  virtual void wake_by(core::Instant /*when*/) { wake(); }
};

}  // namespace baton::transport
