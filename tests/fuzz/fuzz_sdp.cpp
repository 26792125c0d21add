// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "plugin/sdp.hpp"
#include "plugin/sdp_description.hpp"
#include "plugin/sdp_direct.hpp"
#include "tests/fuzz/expect.hpp"

using baton::fuzz::expect;
namespace media = baton::media;
namespace plugin = baton::plugin;
namespace direct = baton::transport::direct;

namespace {

/// What the gateway cuts a line of an answer at.
constexpr std::size_t kMaxAnswerLine = 500;

bool lines_are_sound(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos || end > kMaxAnswerLine) {
      return false;
    }
    const std::string_view line = text.substr(0, end);
    if (!std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7F; })) {
      return false;
    }
    text.remove_prefix(end + 2);
  }
  return true;
}

/// The answer holds one m-line for each of the offer and nothing that slipped in.
plugin::SdpDescription check_answer(const plugin::PublishOffer& offer, const std::string& answer,
                                    std::size_t most_formats) {
  expect(lines_are_sound(answer));
  auto again = plugin::parse_description(answer);
  expect(again.has_value());
  expect(again->media.size() == offer.lines.size());
  for (std::size_t i = 0; i < again->media.size(); ++i) {
    const auto is_at = [&](const auto& chosen) {
      return chosen && chosen->index.value() == static_cast<int>(i);
    };
    const bool taken = is_at(offer.audio) || is_at(offer.video);
    expect(again->media[i].formats.size() <= (taken ? most_formats : 1));
    expect((again->media[i].port != 0) == taken);
    expect(again->media[i].direction ==
           (taken ? plugin::MediaDirection::recvonly : plugin::MediaDirection::inactive));
  }
  return std::move(*again);
}

void check_offer(std::string_view text, media::VideoCodec codec) {
  const auto offer = plugin::parse_publish_offer(text, codec);
  if (!offer) {
    return;
  }
  expect(offer->audio || offer->video);
  expect(!offer->audio || !offer->video || offer->audio->index != offer->video->index);
  check_answer(*offer, plugin::make_publish_answer(*offer, {.session_id = 1, .version = 1}), 1);
}

plugin::DirectLocal local() {
  const auto address = direct::SocketAddress::parse("192.0.2.1", direct::Port{5000});
  return {.origin = {.session_id = 1, .version = 1},
          .credentials = {"fragment", "passwordOf22Characters"},
          .fingerprint = {},
          .candidates = {*address}};
}

void check_direct_offer(std::string_view text, media::VideoCodec codec) {
  const auto offer = plugin::parse_direct_publish_offer(text, codec);
  const auto by_gateway = plugin::parse_publish_offer(text, codec);
  if (!offer) {
    // What the gateway's half refuses, this refuses alike.
    expect(by_gateway || by_gateway.error() == plugin::error_code(offer.error()));
    return;
  }
  expect(by_gateway && *by_gateway == offer->offer);
  expect(offer->audio.has_value() == offer->offer.audio.has_value());
  expect(offer->video.has_value() == offer->offer.video.has_value());
  expect(direct::is_valid(offer->peer.credentials));
  const auto answer = check_answer(offer->offer, plugin::make_direct_publish_answer(*offer, local()), 2);
  expect(plugin::find_attribute(answer.attributes, "ice-lite").has_value());
  for (const plugin::SdpMediaLine& line : answer.media) {
    expect(line.attribute("ice-pwd").has_value() == (line.port != 0));
  }
}

void check_direct_answer(std::string_view text, media::VideoCodec codec) {
  const auto answer = plugin::parse_direct_subscribe_answer(text, codec);
  if (!answer) {
    return;
  }
  const auto by_gateway = plugin::parse_subscribe_answer(text, codec);
  expect(by_gateway.ok());
  expect(answer->audio.has_value() == (by_gateway->audio == plugin::Acceptance::accepted));
  expect(answer->video.has_value() == (by_gateway->video == plugin::Acceptance::accepted));
  expect(direct::is_valid(answer->peer.credentials));
}

}  // namespace

// Whatever a browser sends is refused, or answered with a description that holds one m-line for each of its
// own and nothing that it slipped in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const auto codec :
       {media::VideoCodec::vp8, media::VideoCodec::vp9, media::VideoCodec::h264, media::VideoCodec::av1}) {
    check_offer(text, codec);
    const auto answer = plugin::parse_subscribe_answer(text, codec);
    expect(!answer || answer->audio == plugin::Acceptance::accepted ||
           answer->video == plugin::Acceptance::accepted);
    check_direct_offer(text, codec);
    check_direct_answer(text, codec);
  }
  return 0;
}
