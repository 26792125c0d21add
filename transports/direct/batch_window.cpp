// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/batch_window.hpp"

#include <algorithm>

namespace baton::transport::direct {

void BatchWindow::note(core::Duration worked, core::Duration waited) {
  worked_ += worked;
  waited_ += waited;
  const core::Duration all = worked_ + waited_;
  if (all < kLoadInterval) {
    return;
  }
  // Between the two it stays as it is, or it would go to and fro: a wider window is less work.
  if (worked_ * 2 > all) {
    length_ = std::min(length_ * 2, shortest_ * kMostTimes);
  } else if (worked_ * 4 < all) {
    length_ = std::max(length_ / 2, shortest_);
  }
  worked_ = core::Duration::zero();
  waited_ = core::Duration::zero();
}

}  // namespace baton::transport::direct
