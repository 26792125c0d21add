// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/transports/direct/viewer_model.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <span>

#include "core/media/frame_info.hpp"
#include "core/media/playout_delay.hpp"
#include "core/media/rtx_original.hpp"

namespace baton::transport::direct::test {

void ViewerModel::incoming(LossyLink::Protocol protocol, Bytes bytes, core::Instant now) {
  if (protocol == LossyLink::Protocol::rtcp) {
    const auto compound = media::RtcpView::parse(bytes);
    REQUIRE(compound.ok());
    auto reader = compound->packets();
    while (const auto packet = reader.next()) {
      if (const auto report = packet->sender_report()) {
        statistics_.sender_reported(*report, now);
      }
    }
    return;
  }
  const auto packet = *media::MutableRtpPacket::parse(bytes);
  if (packet.view().ssrc() == kRtxSsrc) {
    const auto original = media::restore_original(packet, {kVideoSsrc, kVideoPayloadType});
    REQUIRE(original.ok());
    ++restored_;
    take(original->view(), media::Delivery::retransmitted, now);
  } else {
    take(packet.view(), media::Delivery::original, now);
  }
}

void ViewerModel::take(const media::RtpPacketView& packet, media::Delivery delivery, core::Instant now) {
  if (!report_due_) {
    report_due_ = now + std::chrono::milliseconds(500);
    keyframe_request_due_ = now + std::chrono::milliseconds(200);
  }
  time(packet, delivery, now);
  statistics_.received(packet, delivery, now);
  nack_.received(packet.sequence_number(), now);
  const std::int64_t number = numbers_.unwrap(packet.sequence_number());
  const Bytes bytes(packet.bytes().begin(), packet.bytes().end());
  const auto [place, is_new] = received_.emplace(number, bytes);
  duplicates_ += is_new ? 0 : 1;
  CHECK(place->second == bytes);  // Whichever way it came.
  const auto frame = media::inspect(media::VideoCodec::vp8, packet.payload(), packet.marker());
  if (frame && frame->starts_keyframe && !first_keyframe_) {
    first_keyframe_ = number;
  }
}

void ViewerModel::time(const media::RtpPacketView& packet, media::Delivery delivery, core::Instant now) {
  const auto of_media = std::chrono::microseconds(timestamps_.unwrap(packet.timestamp()) * 100 / 9);
  const core::Duration taken = now.time_since_epoch() - of_media;
  if (delivery == media::Delivery::original) {
    way_ = way_ ? std::min(*way_, taken) : taken;
  } else if (playout_delay_ && taken > *way_ + *playout_delay_) {
    ++too_late_;
  }
  if (const auto delay = packet.extension(kPlayoutDelayId)) {
    REQUIRE(delay->size() == media::kPlayoutDelaySize);
    playout_delay_ = std::chrono::milliseconds(10) * (media::load_u16(*delay, 0) >> 4U);
  }
}

void ViewerModel::advance(core::Instant now) {
  if (nack_.next_deadline() && *nack_.next_deadline() <= now) {
    std::array<media::SequenceNumber, 64> lost;
    const std::size_t count = nack_.collect(lost, std::nullopt, now);
    if (count > 0) {
      say(rtcp([&](media::RtcpWriter& writer) {
            static_cast<void>(writer.generic_nack(media::Ssrc{1}, kVideoSsrc, std::span(lost).first(count)));
          }),
          now);
    }
  }
  if (report_due_ && *report_due_ <= now) {
    say(receiver_report(*statistics_.take_block(now)), now);
    report_due_ = now + std::chrono::seconds(1);
  }
  if (!first_keyframe_ && keyframe_request_due_ && *keyframe_request_due_ <= now) {
    say(rtcp([](media::RtcpWriter& writer) {
          static_cast<void>(writer.picture_loss_indication(media::Ssrc{1}, kVideoSsrc));
        }),
        now);
    keyframe_request_due_ = now + std::chrono::milliseconds(500);
  }
}

}  // namespace baton::transport::direct::test
