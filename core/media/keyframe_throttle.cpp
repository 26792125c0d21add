// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/keyframe_throttle.hpp"

namespace baton::media {

KeyframeRequestVerdict KeyframeThrottle::request(core::Instant now) {
  if (!asked_at_ || now - *asked_at_ >= interval_) {
    asked_at_ = now;
    due_at_.reset();
    return {KeyframeRequest::send_now, std::nullopt};
  }
  if (due_at_) {
    return {KeyframeRequest::suppressed, due_at_};
  }
  due_at_ = *asked_at_ + interval_;
  return {KeyframeRequest::scheduled, due_at_};
}

KeyframeRequestVerdict KeyframeThrottle::due(core::Instant now) {
  if (!due_at_ || now < *due_at_) {
    return {KeyframeRequest::suppressed, due_at_};
  }
  asked_at_ = now;
  due_at_.reset();
  return {KeyframeRequest::send_now, std::nullopt};
}

void KeyframeThrottle::keyframe_arrived() {
  due_at_.reset();
}

void KeyframeThrottle::source_switched() {
  asked_at_.reset();
  due_at_.reset();
}

}  // namespace baton::media
