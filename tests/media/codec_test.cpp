// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>

#include "core/media/media_clock.hpp"
#include "core/media/video_codec.hpp"

namespace baton::media {
namespace {

constexpr ClockRate kVideo{90'000};

TEST_CASE("Codecs are found by their SDP names whatever the case, and others are not") {
  CHECK(video_codec_from_sdp_name("VP8") == VideoCodec::vp8);
  CHECK(video_codec_from_sdp_name("vp9") == VideoCodec::vp9);
  CHECK(video_codec_from_sdp_name("h264") == VideoCodec::h264);
  CHECK(video_codec_from_sdp_name("Av1") == VideoCodec::av1);
  CHECK(audio_codec_from_sdp_name("OPUS") == AudioCodec::opus);
  CHECK_FALSE(video_codec_from_sdp_name("VP80").has_value());
  CHECK_FALSE(video_codec_from_sdp_name("VP").has_value());
  CHECK_FALSE(video_codec_from_sdp_name("").has_value());
  CHECK_FALSE(video_codec_from_sdp_name("opus").has_value());
  CHECK_FALSE(audio_codec_from_sdp_name("PCMU").has_value());
}

TEST_CASE("Each codec's own name leads back to it") {
  for (const auto codec : {VideoCodec::vp8, VideoCodec::vp9, VideoCodec::h264, VideoCodec::av1}) {
    CHECK(video_codec_from_sdp_name(sdp_name(codec)) == codec);
    CHECK(clock_rate(codec) == kVideo);
  }
  CHECK(sdp_name(AudioCodec::opus) == "opus");
  CHECK(clock_rate(Codec(AudioCodec::opus)) == ClockRate{48'000});
}

TEST_CASE("Silence moves the timestamp at the clock's rate, and never back") {
  using std::chrono::microseconds;
  CHECK(ticks_of_silence(kVideo, std::chrono::seconds(1)) == 90'000);
  CHECK(ticks_of_silence(ClockRate{48'000}, std::chrono::milliseconds(20)) == 960);
  CHECK(ticks_of_silence(kVideo, microseconds(11)) == 0);
  CHECK(ticks_of_silence(kVideo, microseconds(12)) == 1);
  CHECK(ticks_of_silence(kVideo, microseconds(0)) == 0);
  CHECK(ticks_of_silence(kVideo, microseconds(-5)) == 0);
}

TEST_CASE("A silence of any length stays below half the timestamp circle and keeps growing for a day") {
  constexpr std::int64_t kHalf = std::int64_t{1} << 31;
  std::int64_t before = -1;
  for (int minutes = 0; minutes <= 24 * 60; ++minutes) {
    const auto ticks = ticks_of_silence(kVideo, std::chrono::minutes(minutes));
    REQUIRE(ticks > before);
    REQUIRE(ticks < kHalf);
    before = ticks;
  }
  CHECK(ticks_of_silence(kVideo, core::Duration::max()) == kHalf - 1);
  CHECK(ticks_of_silence(kVideo, core::Duration::min()) == 0);
}

TEST_CASE("Real time ends exactly at a quarter of the circle") {
  // 2^30 ticks are 11930464.711 ms.
  CHECK(ticks_of_silence(kVideo, std::chrono::milliseconds(11'930'464)) == 11'930'464LL * 90);
  CHECK(ticks_of_silence(kVideo, std::chrono::milliseconds(11'930'464 + 10'000)) <
        (std::int64_t{1} << 30) + 90'001);
}

}  // namespace
}  // namespace baton::media
