// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "plugin/sdp.hpp"
#include "tests/bench/cpu_clock.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"

namespace baton::plugin::test {

namespace {

using core::ErrorCode;
using media::VideoCodec;

const std::string kHead = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
const std::string kVideo = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=mid:v\r\n";

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) {
    result += text;
  }
  return result;
}

/// Offers with this many data channels before the video.
std::string with_media_lines(std::size_t count) {
  return kHead + repeated("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", count - 1) + kVideo;
}

std::string with_formats(std::size_t count) {
  return replaced(kHead + kVideo, "SAVPF 96", "SAVPF" + repeated(" 96", count));
}

std::string with_line_of(std::size_t bytes) {
  const std::string name = "a=x:";
  return kHead + kVideo + name + std::string(bytes - name.size(), 'y') + "\r\n";
}

std::string with_lines(std::size_t count) {
  return kHead + kVideo + repeated("a=x\r\n", count - 7);
}

std::string with_size(std::size_t bytes) {
  std::string sdp = kHead + kVideo;
  const std::string line = "a=x:" + std::string(1000, 'y') + "\r\n";
  while (sdp.size() + line.size() + 7 <= bytes) {
    sdp += line;
  }
  return sdp + "a=x:" + std::string(bytes - sdp.size() - 6, 'y') + "\r\n";
}

void check_refused(const std::string& sdp, ErrorCode error) {
  INFO(sdp.substr(0, 2000));
  const auto offer = parse_publish_offer(sdp, VideoCodec::vp8);
  REQUIRE_FALSE(offer.ok());
  CHECK(core::error_row(offer.error()).name == core::error_row(error).name);
}

void check_taken(const std::string& sdp) {
  INFO(sdp.substr(0, 2000));
  CHECK(parse_publish_offer(sdp, VideoCodec::vp8).ok());
}

}  // namespace

TEST_CASE("Text that is no session description is refused as invalid") {
  const std::string good = kHead + kVideo;
  check_taken(good);
  const std::vector<std::string> rows{
      "",
      "\r\n",
      "hello",
      "v=0",
      "v=0\r\n",
      kHead,
      kVideo,
      "v=1" + good.substr(3),
      " " + good,
      "\xEF\xBB\xBF" + good,
      replaced(good, "o=- 1 2 IN IP4 127.0.0.1\r\n", ""),
      replaced(good, "o=- 1 2 IN IP4 127.0.0.1", "o=-"),
      replaced(good, "o=- 1 2 IN IP4 127.0.0.1", "o=- x y IN IP4 127.0.0.1"),
      replaced(good, "s=-\r\n", ""),
      replaced(good, "s=-\r\n", "s=-\r\ns=-\r\n"),
      replaced(good, "o=- 1 2", "o=- 1 99999999999999999999"),
      replaced(good, "o=- 1 2", "o=- 1  2"),
      replaced(good, "t=0 0\r\n", "t=0 0\r\nq=x\r\n"),
      good + "t=0 0\r\n",
      good + "v=0\r\n",
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video  9 UDP/TLS/RTP/SAVPF 96"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP//RTP/SAVPF 96"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP/TLS/RTP/SAVPF/ 96"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP/TLS/RTP/SAVPF 96 \xC3\xA9"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP/TLS/RTP/SAVPF 96,97"),
      replaced(good, "a=mid:v", "a=:v"),
      replaced(good, "a=mid:v", "a=m d:v"),
      replaced(good, "a=mid:v", "a="),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m="),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 9"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video nine UDP/TLS/RTP/SAVPF 96"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 70000 UDP/TLS/RTP/SAVPF 96"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video -9 UDP/TLS/RTP/SAVPF 96"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 99999999999999999999 UDP/TLS/RTP/SAVPF 96"),
      replaced(good, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP/TLS/RTP/SAVPF"),
      replaced(good, "a=mid:v", "a mid v"),
      replaced(good, "a=mid:v", "A=mid:v"),
      replaced(good, "a=mid:v", "a"),
      replaced(good, "a=mid:v\r\n", "a=mid:v\r\n\r\n"),
      replaced(good, "a=mid:v", "a=mid:"),
      replaced(good, "a=mid:v", "a=mid:two words"),
      replaced(good, "a=mid:v", "a=mid:seventeen-letters"),
      replaced(good, "a=mid:v", "a=mid:\xC3\xA9"),
      replaced(good, "UDP/TLS/RTP/SAVPF", "UDP/TLS/\xC3\xA9/RTP/SAVPF"),
      replaced(good, "m=video", "m=" + std::string(65, 'v')),
      replaced(good, "UDP/TLS/RTP/SAVPF", "RTP/" + std::string(65, 'v')),
      replaced(good, "SAVPF 96", "SAVPF " + std::string(65, '9')),
      good + kVideo,
      good + good,
  };
  for (const std::string& sdp : rows) {
    check_refused(sdp, ErrorCode::sdp_invalid);
  }
}

TEST_CASE("A NUL or another control character anywhere is refused as invalid") {
  const std::string good = kHead + kVideo;
  for (const char c : {'\0', '\x01', '\x0B', '\x1B', '\x7F'}) {
    for (std::size_t at = 0; at <= good.size(); at += 7) {
      std::string sdp = good;
      sdp.insert(at, 1, c);
      check_refused(sdp, ErrorCode::sdp_invalid);
    }
  }
}

TEST_CASE("Lines may end in a line feed alone, as RFC 8866 asks receivers to allow") {
  check_taken(replaced(kHead + kVideo, "\r\n", "\n"));
}

TEST_CASE("Each limit of a description is exact") {
  check_taken(with_media_lines(kMaxSdpMediaLines));
  check_refused(with_media_lines(kMaxSdpMediaLines + 1), ErrorCode::sdp_invalid);
  check_refused(with_media_lines(200), ErrorCode::sdp_invalid);
  check_taken(with_formats(kMaxSdpFormats));
  check_refused(with_formats(kMaxSdpFormats + 1), ErrorCode::sdp_invalid);
  check_taken(with_line_of(kMaxSdpLineBytes));
  check_refused(with_line_of(kMaxSdpLineBytes + 1), ErrorCode::sdp_invalid);
  check_taken(with_lines(kMaxSdpLines));
  check_refused(with_lines(kMaxSdpLines + 1), ErrorCode::sdp_invalid);
  REQUIRE(with_size(kMaxSdpBytes).size() == kMaxSdpBytes);
  check_taken(with_size(kMaxSdpBytes));
  check_refused(with_size(kMaxSdpBytes + 1), ErrorCode::sdp_invalid);
}

TEST_CASE("A description at its limits takes a few milliseconds at most") {
  // What costs is the number of things in lists; a mistake in that would be seconds.
  const std::string worst = with_lines(kMaxSdpLines);
  const auto begun = bench::cpu_time_used();
  check_taken(worst);
  // Under a sanitizer.
  CHECK(bench::cpu_time_used() - begun < std::chrono::milliseconds(500));
}

TEST_CASE("An offer that sends nothing is refused as one without media") {
  for (const std::string_view browser : {"chromium/", "firefox/"}) {
    for (const std::string_view name : {"receive_only", "data_only"}) {
      const std::string sdp = fixture(std::string(browser) + std::string(name));
      check_refused(sdp, ErrorCode::sdp_without_media);
      check_refused(as_handed_over(sdp), ErrorCode::sdp_without_media);
    }
  }
  check_refused(kHead + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", ErrorCode::sdp_without_media);
  check_refused(kHead + "m=image 9 udptl t38\r\n", ErrorCode::sdp_without_media);
  check_refused(kHead + "m=video 0 UDP/TLS/RTP/SAVPF 0\r\n", ErrorCode::sdp_without_media);
}

TEST_CASE("An offer without the room's codec is refused even if its audio would do") {
  for (const VideoCodec codec : {VideoCodec::h264}) {
    const auto offer = parse_publish_offer(fixture("firefox/publish"), codec);
    REQUIRE_FALSE(offer.ok());
    CHECK(offer.error() == ErrorCode::codec_not_in_room);
  }
  check_refused(replaced(fixture("chromium/publish"), "VP8/90000", "VP7/90000"),
                ErrorCode::codec_not_in_room);
  const std::string audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\n";
  check_refused(kHead + audio + "a=rtpmap:111 opus/48000\r\n", ErrorCode::codec_not_in_room);
  check_refused(kHead + audio + "a=rtpmap:111 opus/16000/2\r\n", ErrorCode::codec_not_in_room);
  check_refused(kHead + audio + "a=rtpmap:111 G722/8000\r\n", ErrorCode::codec_not_in_room);
  check_refused(kHead + audio, ErrorCode::codec_not_in_room);
}

TEST_CASE("A description cut off anywhere is refused or taken, and never more than it says") {
  const std::string sdp = fixture("chromium/publish");
  for (std::size_t length = 0; length < sdp.size(); length += 3) {
    const auto offer = parse_publish_offer(std::string_view(sdp).substr(0, length), VideoCodec::vp8);
    if (offer.ok()) {
      CHECK(offer->lines.size() <= 2);
      CHECK_FALSE(make_publish_answer(*offer, {.session_id = 1, .version = 1}).empty());
    }
  }
}

}  // namespace baton::plugin::test
