// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "plugin/sdp.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"

namespace baton::plugin::test {

namespace {

using core::ErrorCode;
using media::VideoCodec;

constexpr SdpOrigin kOrigin{.session_id = 12, .version = 3};

struct CodecRow {
  VideoCodec codec;
  std::string_view rtpmap;
  std::string_view fmtp;  ///< empty for none
};

const std::vector<CodecRow> kCodecs{
    {VideoCodec::vp8, "a=rtpmap:96 VP8/90000", ""},
    {VideoCodec::vp9, "a=rtpmap:96 VP9/90000", "a=fmtp:96 profile-id=0"},
    {VideoCodec::h264, "a=rtpmap:96 H264/90000",
     "a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"},
    {VideoCodec::av1, "a=rtpmap:96 AV1/90000", "a=fmtp:96 level-idx=5;profile=0;tier=0"},
};

/// The offer as if a viewer had answered it by taking everything.
std::string full_answer(VideoCodec codec) {
  return replaced(make_subscribe_offer(codec, kOrigin), "a=sendonly", "a=recvonly");
}

}  // namespace

TEST_CASE("The offer of a program is audio, then video, with the program's payload types") {
  for (const CodecRow& row : kCodecs) {
    const std::string offer = make_subscribe_offer(row.codec, kOrigin);
    INFO(offer);
    CHECK(offer.starts_with("v=0\r\no=- 12 3 IN IP4 127.0.0.1\r\ns=Baton\r\nt=0 0\r\n"));
    const auto sections = media_sections(offer);
    REQUIRE(sections.size() == 2);
    const std::string& audio = sections[static_cast<std::size_t>(kProgramAudioIndex.value())];
    const std::string& video = sections[static_cast<std::size_t>(kProgramVideoIndex.value())];
    CHECK(audio.starts_with("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
    CHECK(video.starts_with("m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"));
    CHECK(int{kProgramPayloadTypes.audio.value} == 111);
    CHECK(int{kProgramPayloadTypes.video.value} == 96);
    CHECK(has_line(audio, "a=rtpmap:111 opus/48000/2"));
    CHECK(has_line(audio, "a=fmtp:111 minptime=10;useinbandfec=1"));
    CHECK(has_line(video, row.rtpmap));
    CHECK((row.fmtp.empty() ? video.find("a=fmtp") == std::string::npos : has_line(video, row.fmtp)));
    for (const std::string& section : sections) {
      CHECK(has_line(section, "a=sendonly"));
      CHECK(has_line(section, "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"));
    }
    CHECK(has_line(audio, "a=mid:0"));
    CHECK(has_line(video, "a=mid:1"));
    CHECK(has_line(video, "a=rtcp-fb:96 nack pli"));
    // Viewers estimate their bandwidth themselves; see sdp_codecs.cpp.
    CHECK(has_line(video, "a=rtcp-fb:96 goog-remb"));
    CHECK(offer.find("transport-cc") == std::string::npos);
  }
}

TEST_CASE("Two offers of a program differ in nothing but the origin") {
  for (const CodecRow& row : kCodecs) {
    const std::string first = make_subscribe_offer(row.codec, {.session_id = 111, .version = 1});
    const std::string second = make_subscribe_offer(row.codec, {.session_id = 222, .version = 9});
    CHECK(first != second);
    CHECK(replaced(first, "o=- 111 1 ", "o=- 222 9 ") == second);
  }
}

TEST_CASE("Browsers' answers to the offer of a program are understood") {
  struct Row {
    std::string_view name;
    VideoCodec codec;
    Acceptance video;
  };
  const std::vector<Row> rows{
      {"chromium/subscribe_vp8", VideoCodec::vp8, Acceptance::accepted},
      {"chromium/subscribe_vp9", VideoCodec::vp9, Acceptance::accepted},
      {"chromium/subscribe_h264", VideoCodec::h264, Acceptance::accepted},
      {"chromium/subscribe_av1", VideoCodec::av1, Acceptance::accepted},
      {"firefox/subscribe_vp8", VideoCodec::vp8, Acceptance::accepted},
      {"firefox/subscribe_vp9", VideoCodec::vp9, Acceptance::accepted},
      {"firefox/subscribe_av1", VideoCodec::av1, Acceptance::accepted},
      // This Firefox has no H.264.
      {"firefox/subscribe_h264", VideoCodec::h264, Acceptance::refused},
  };
  for (const Row& row : rows) {
    for (const std::string& sdp : {fixture(row.name), as_handed_over(fixture(row.name))}) {
      INFO(sdp);
      const auto answer = parse_subscribe_answer(sdp, row.codec);
      REQUIRE(answer.ok());
      CHECK(answer->audio == Acceptance::accepted);
      CHECK(answer->video == row.video);
    }
  }
}

TEST_CASE("A viewer may take one medium only, by port or by direction") {
  struct Row {
    std::string_view what;
    std::string_view with;
    Acceptance audio;
    Acceptance video;
  };
  const std::vector<Row> rows{
      {"m=audio 9", "m=audio 0", Acceptance::refused, Acceptance::accepted},
      {"m=video 9", "m=video 0", Acceptance::accepted, Acceptance::refused},
      {"m=video 9", "m=video 9", Acceptance::accepted, Acceptance::accepted},
      {"a=recvonly\r\na=mid:0", "a=inactive\r\na=mid:0", Acceptance::refused, Acceptance::accepted},
      {"a=recvonly\r\na=mid:1", "a=sendonly\r\na=mid:1", Acceptance::accepted, Acceptance::refused},
      {"a=recvonly\r\na=mid:1", "a=sendrecv\r\na=mid:1", Acceptance::accepted, Acceptance::accepted},
  };
  for (const Row& row : rows) {
    const std::string sdp = replaced(full_answer(VideoCodec::vp8), row.what, row.with);
    INFO(sdp);
    const auto answer = parse_subscribe_answer(sdp, VideoCodec::vp8);
    REQUIRE(answer.ok());
    CHECK(answer->audio == row.audio);
    CHECK(answer->video == row.video);
  }
}

TEST_CASE("An answer that does not fit the offer is refused") {
  struct Row {
    std::string_view what;
    std::string_view with;
    ErrorCode error;
  };
  const std::vector<Row> rows{
      {"a=recvonly", "a=inactive", ErrorCode::sdp_without_media},
      {" 9 UDP", " 0 UDP", ErrorCode::sdp_without_media},
      {"VP8/90000", "H264/90000", ErrorCode::codec_not_in_room},
      {"opus/48000", "PCMU/8000", ErrorCode::codec_not_in_room},
      {"SAVPF 96", "SAVPF 97", ErrorCode::codec_not_in_room},
      {"a=rtpmap:96", "a=rtpmap:97", ErrorCode::codec_not_in_room},
      {"m=audio", "m=video", ErrorCode::sdp_invalid},
      {"m=video", "m=audio", ErrorCode::sdp_invalid},
      {"m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", "a=x:y\r\n", ErrorCode::sdp_invalid},
      {"m=video 9", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nm=video 9", ErrorCode::sdp_invalid},
      {"v=0", "v=1", ErrorCode::sdp_invalid},
  };
  for (const Row& row : rows) {
    const std::string sdp = replaced(full_answer(VideoCodec::vp8), row.what, row.with);
    INFO(sdp);
    const auto answer = parse_subscribe_answer(sdp, VideoCodec::vp8);
    REQUIRE_FALSE(answer.ok());
    CHECK(core::error_row(answer.error()).name == core::error_row(row.error).name);
  }
}

}  // namespace baton::plugin::test
