// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "plugin/sdp.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"

namespace baton::plugin::test {

namespace {

using core::ErrorCode;
using media::VideoCodec;

constexpr SdpOrigin kOrigin{.session_id = 4'611'686'018'427'387'904, .version = 7};

struct BrowserCodec {
  std::string_view fixture;
  VideoCodec codec;
  int audio_payload_type;
  int video_payload_type;
  std::string_view rtpmap;
  std::string_view parameters;
};

const std::vector<BrowserCodec> kBrowserCodecs{
    {"chromium/publish", VideoCodec::vp8, 111, 96, "VP8/90000", ""},
    {"chromium/publish", VideoCodec::vp9, 111, 98, "VP9/90000", "profile-id=0"},
    {"chromium/publish", VideoCodec::h264, 111, 108, "H264/90000",
     "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"},
    {"chromium/publish", VideoCodec::av1, 111, 45, "AV1/90000", "level-idx=5;profile=0;tier=0"},
    {"firefox/publish", VideoCodec::vp8, 109, 120, "VP8/90000", ""},
    {"firefox/publish", VideoCodec::vp9, 109, 121, "VP9/90000", ""},
    {"firefox/publish", VideoCodec::av1, 109, 99, "AV1/90000", ""},
};

std::vector<std::string> both_forms(const std::string& sdp) {
  return {sdp, as_handed_over(sdp)};
}

std::string mid_of(const std::string& section) {
  const std::size_t at = section.find("a=mid:");
  REQUIRE(at != std::string::npos);
  return section.substr(at, section.find("\r\n", at) - at);
}

std::size_t count_of(const media::ExtensionMap& extensions) {
  std::size_t count = 0;
  for (std::size_t index = 0; index < media::kExtensionKindCount; ++index) {
    count += extensions.id_of(static_cast<media::ExtensionKind>(index)) ? 1 : 0;
  }
  return count;
}

/// An offer with one sending video m-line that holds these lines.
std::string video_offer(const std::string& formats, const std::string& attributes) {
  return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF " + formats +
         "\r\nc=IN IP4 0.0.0.0\r\na=sendonly\r\na=mid:v\r\n" + attributes;
}

}  // namespace

TEST_CASE(
    "Browsers' offers are taken with the room's codec and Opus, before and after the gateway stripped them") {
  for (const BrowserCodec& row : kBrowserCodecs) {
    for (const std::string& sdp : both_forms(fixture(row.fixture))) {
      INFO(row.fixture << " " << row.rtpmap << "\n" << sdp);
      const auto offer = parse_publish_offer(sdp, row.codec);
      REQUIRE(offer.ok());
      REQUIRE(offer->audio);
      REQUIRE(offer->video);
      CHECK(offer->audio->index.value() == 0);
      CHECK(offer->video->index.value() == 1);
      CHECK(int{offer->audio->payload_type.value} == row.audio_payload_type);
      CHECK(int{offer->video->payload_type.value} == row.video_payload_type);
      CHECK(offer->video->format_parameters == row.parameters);
      CHECK(offer->lines.size() == 2);
    }
  }
}

TEST_CASE("The answer keeps order, mids and protocol and holds one codec for each medium") {
  for (const BrowserCodec& row : kBrowserCodecs) {
    const std::string sdp = fixture(row.fixture);
    const auto offer = parse_publish_offer(sdp, row.codec);
    REQUIRE(offer.ok());
    const std::string answer = make_publish_answer(*offer, kOrigin);
    INFO(row.fixture << " " << row.rtpmap << "\n" << answer);
    const auto sections = media_sections(answer);
    const auto offered = media_sections(sdp);
    REQUIRE(sections.size() == offered.size());
    for (std::size_t i = 0; i < sections.size(); ++i) {
      CHECK(mid_of(sections[i]) == mid_of(offered[i]));
      CHECK(has_line(sections[i], "a=recvonly"));
    }
    const std::string audio = std::to_string(row.audio_payload_type);
    const std::string video = std::to_string(row.video_payload_type);
    CHECK(has_line(sections[0], "m=audio 9 UDP/TLS/RTP/SAVPF " + audio));
    CHECK(has_line(sections[0], "a=rtpmap:" + audio + " opus/48000/2"));
    CHECK(has_line(sections[0], "a=fmtp:" + audio + " minptime=10;useinbandfec=1"));
    CHECK(has_line(sections[1], "m=video 9 UDP/TLS/RTP/SAVPF " + video));
    CHECK(has_line(sections[1], "a=rtpmap:" + video + " " + std::string(row.rtpmap)));
    for (const std::string feedback : {"nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"}) {
      CHECK(has_line(sections[1], "a=rtcp-fb:" + video + " " + feedback));
    }
    const bool has_fmtp = answer.find("a=fmtp:" + video + " ") != std::string::npos;
    CHECK(has_fmtp == !row.parameters.empty());
  }
}

TEST_CASE("The answer begins with the session lines that RFC 8866 demands") {
  const auto offer = parse_publish_offer(fixture("chromium/publish"), VideoCodec::vp8);
  REQUIRE(offer.ok());
  const std::string answer = make_publish_answer(*offer, kOrigin);
  CHECK(answer.starts_with("v=0\r\no=- 4611686018427387904 7 IN IP4 127.0.0.1\r\ns=Baton\r\nt=0 0\r\n"));
}

TEST_CASE("The answer accepts the header extensions that the gateway understands, with the offer's ids") {
  const auto offer = parse_publish_offer(fixture("chromium/publish"), VideoCodec::vp8);
  REQUIRE(offer.ok());
  const auto sections = media_sections(make_publish_answer(*offer, kOrigin));
  CHECK(has_line(sections[0], "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level"));
  CHECK(has_line(sections[0], "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"));
  CHECK(has_line(sections[1], "a=extmap:13 urn:3gpp:video-orientation"));
  CHECK(has_line(sections[1],
                 "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"));
  CHECK(has_line(sections[1], "a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"));
  CHECK(sections[1].find("color-space") == std::string::npos);
  CHECK(sections[1].find("rtp-stream-id") == std::string::npos);
}

TEST_CASE("The dependency descriptor is taken with AV1 and VP9 only") {
  const std::string offered = fixture("chromium/publish_simulcast");
  struct Row {
    VideoCodec codec;
    bool taken;
  };
  for (const Row row : {Row{VideoCodec::vp8, false}, Row{VideoCodec::vp9, true}, Row{VideoCodec::h264, false},
                        Row{VideoCodec::av1, true}}) {
    INFO(media::sdp_name(row.codec));
    const auto offer = parse_publish_offer(offered, row.codec);
    REQUIRE(offer.ok());
    const std::string answer = make_publish_answer(*offer, kOrigin);
    CHECK((answer.find("dependency-descriptor") != std::string::npos) == row.taken);
  }
}

TEST_CASE("An extension is left out when its id is out of range, taken twice, or not sent to us") {
  const std::string mid = " urn:ietf:params:rtp-hdrext:sdes:mid\r\n";
  struct Row {
    std::string lines;
    std::size_t accepted;
  };
  const std::vector<Row> rows{
      {"a=extmap:4" + mid, 1},
      {"a=extmap:14/sendonly" + mid, 1},
      {"a=extmap:4/recvonly" + mid, 0},
      {"a=extmap:4/inactive" + mid, 0},
      {"a=extmap:0" + mid, 0},
      {"a=extmap:15" + mid, 0},
      {"a=extmap:300" + mid, 0},
      {"a=extmap:-1" + mid, 0},
      {"a=extmap:x" + mid, 0},
      {"a=extmap:4\r\n", 0},
      {"a=extmap:4" + mid + "a=extmap:5" + mid, 1},
      {"a=extmap:4" + mid + "a=extmap:4 urn:3gpp:video-orientation\r\n", 1},
      {"a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid with attributes\r\n", 1},
      {"a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:middle\r\n", 0},
      {"a=extmap:4 urn:ietf:params:rtp-hdrext:encrypt urn:3gpp:video-orientation\r\n", 0},
  };
  for (const Row& row : rows) {
    INFO(row.lines);
    const auto offer =
        parse_publish_offer(video_offer("96", "a=rtpmap:96 VP8/90000\r\n" + row.lines), VideoCodec::vp8);
    REQUIRE(offer.ok());
    CHECK(count_of(offer->video->extensions) == row.accepted);
  }
}

TEST_CASE("The first audio and video that send are taken and every other m-line is refused") {
  for (const std::string_view browser : {"chromium/publish_many", "firefox/publish_many"}) {
    for (const std::string& sdp : both_forms(fixture(browser))) {
      const auto offer = parse_publish_offer(sdp, VideoCodec::vp8);
      REQUIRE(offer.ok());
      CHECK(offer->video->index.value() == 0);
      CHECK(offer->audio->index.value() == 1);
      const std::string answer = make_publish_answer(*offer, kOrigin);
      INFO(browser << "\n" << answer);
      const auto sections = media_sections(answer);
      REQUIRE(sections.size() == 4);
      CHECK(sections[0].starts_with("m=video 9 "));
      CHECK(sections[1].starts_with("m=audio 9 "));
      CHECK(sections[2].starts_with("m=video 0 UDP/TLS/RTP/SAVPF "));
      CHECK(sections[3].starts_with("m=application 0 UDP/DTLS/SCTP webrtc-datachannel"));
      CHECK(has_line(sections[0], "a=recvonly"));
      CHECK(has_line(sections[1], "a=recvonly"));
      // The gateway opens a refused first m-line again: only this line keeps it from receiving.
      CHECK(has_line(sections[2], "a=inactive"));
      CHECK(has_line(sections[3], "a=inactive"));
      CHECK(has_line(sections[3], "a=mid:3"));
    }
  }
}

TEST_CASE("A medium that only receives, is inactive or has port 0 is passed over for the next one") {
  const std::string first = "a=sendonly\r\na=mid:v\r\n";
  const std::string second =
      "m=video 9 UDP/TLS/RTP/SAVPF 97\r\na=rtpmap:97 VP8/90000\r\na=mid:w\r\na=sendrecv\r\n";
  const std::string offer_text = video_offer("96", "a=rtpmap:96 VP8/90000\r\n") + second;
  struct Row {
    std::string what;
    std::string with;
    int index;
  };
  const std::vector<Row> rows{
      {first, first, 0},
      {first, "a=mid:v\r\n", 0},
      {first, "a=recvonly\r\na=mid:v\r\n", 1},
      {first, "a=inactive\r\na=mid:v\r\n", 1},
      {"m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 0 UDP/TLS/RTP/SAVPF 96", 1},
      {"m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 9 UDP/DTLS/SCTP 96", 1},
      {"a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP9/90000", 1},
      {"t=0 0\r\n", "t=0 0\r\na=recvonly\r\n", 0},
  };
  for (const Row& row : rows) {
    const std::string sdp = replaced(offer_text, row.what, row.with);
    INFO(sdp);
    const auto offer = parse_publish_offer(sdp, VideoCodec::vp8);
    REQUIRE(offer.ok());
    CHECK(offer->video->index.value() == row.index);
  }
}

TEST_CASE("A direction at session level holds for m-lines without one of their own") {
  const std::string sdp =
      replaced(replaced(video_offer("96", "a=rtpmap:96 VP8/90000\r\n"), "a=sendonly\r\n", ""), "t=0 0\r\n",
               "t=0 0\r\na=recvonly\r\n");
  const auto offer = parse_publish_offer(sdp, VideoCodec::vp8);
  REQUIRE_FALSE(offer.ok());
  CHECK(offer.error() == ErrorCode::sdp_without_media);
}

TEST_CASE("The profile that every browser decodes is chosen, wherever it stands") {
  struct Row {
    VideoCodec codec;
    std::string formats;
    std::string attributes;
    int expected;  ///< payload type, or 0: the room's codec is not there
  };
  const std::string h264 = "a=rtpmap:100 H264/90000\r\na=rtpmap:101 H264/90000\r\n";
  const std::vector<Row> rows{
      {VideoCodec::h264, "100 101", h264 + "a=fmtp:100 packetization-mode=1;profile-level-id=42e01f\r\n",
       100},
      {VideoCodec::h264, "100 101",
       h264 + "a=fmtp:100 packetization-mode=1;profile-level-id=42001f\r\n"
              "a=fmtp:101 packetization-mode=1;profile-level-id=42E01F\r\n",
       101},
      {VideoCodec::h264, "100 101",
       h264 + "a=fmtp:100 packetization-mode=1;profile-level-id=42c034\r\n"
              "a=fmtp:101 packetization-mode=1;profile-level-id=42001f\r\n",
       100},
      {VideoCodec::h264, "100 101",
       h264 + "a=fmtp:100 packetization-mode=0;profile-level-id=42e01f\r\n"
              "a=fmtp:101 profile-level-id=42001f; packetization-mode=1\r\n",
       101},
      {VideoCodec::h264, "100 101", h264 + "a=fmtp:101 packetization-mode=1\r\n", 101},
      {VideoCodec::h264, "100 101", h264, 0},
      {VideoCodec::h264, "100", h264 + "a=fmtp:100 packetization-mode=1;profile-level-id=640032\r\n", 0},
      {VideoCodec::h264, "100", h264 + "a=fmtp:100 packetization-mode=1;profile-level-id=42e01\r\n", 0},
      {VideoCodec::h264, "100", h264 + "a=fmtp:100 packetization-mode=1;profile-level-id=42e01fff\r\n", 0},
      {VideoCodec::h264, "100", h264 + "a=fmtp:100 packetization-mode=1;profile-level-id=zzzzzz\r\n", 0},
      {VideoCodec::vp9, "100 101",
       "a=rtpmap:100 VP9/90000\r\na=rtpmap:101 vp9/90000\r\na=fmtp:100 profile-id=2\r\n", 101},
      {VideoCodec::vp9, "100", "a=rtpmap:100 VP9/90000\r\na=fmtp:100 profile-id=2\r\n", 0},
      {VideoCodec::av1, "100 101",
       "a=rtpmap:100 AV1/90000\r\na=fmtp:100 profile=1\r\na=rtpmap:101 AV1/90000\r\na=fmtp:101 profile=0\r\n",
       101},
      {VideoCodec::av1, "100", "a=rtpmap:100 AV1/90000\r\na=fmtp:100 level-idx=5;profile=1\r\n", 0},
      // A map of a format that the m-line does not list is none.
      {VideoCodec::vp8, "100", "a=rtpmap:100 VP9/90000\r\na=rtpmap:101 VP8/90000\r\n", 0},
      {VideoCodec::vp8, "200", "a=rtpmap:200 VP8/90000\r\n", 0},
      {VideoCodec::vp8, "10", "a=rtpmap:100 VP8/90000\r\n", 0},
      {VideoCodec::vp8, "100", "a=rtpmap:100 VP8\r\n", 0},
      {VideoCodec::vp8, "100", "a=rtpmap:100 /90000\r\n", 0},
      {VideoCodec::vp8, "100", "a=rtpmap:100 VP8/x\r\n", 0},
  };
  for (const Row& row : rows) {
    const std::string sdp = video_offer(row.formats, row.attributes);
    INFO(sdp);
    const auto offer = parse_publish_offer(sdp, row.codec);
    if (row.expected == 0) {
      REQUIRE_FALSE(offer.ok());
      CHECK(offer.error() == ErrorCode::codec_not_in_room);
    } else {
      REQUIRE(offer.ok());
      CHECK(int{offer->video->payload_type.value} == row.expected);
    }
  }
}

TEST_CASE("An answer repeats nothing out of an offer but short tokens") {
  const std::string junk(1500, 'j');
  const std::string sdp =
      video_offer("100", "a=rtpmap:100 H264/90000/" + junk +
                             "\r\na=fmtp:100 packetization-mode=1;level-asymmetry-allowed=" + junk + "\r\n") +
      "m=video 9 UDP/TLS/RTP/SAVPF 101\r\na=mid:w\r\na=rtpmap:101 VP8/90000/" + junk + "\r\na=x:" + junk +
      "\r\n";
  const auto offer = parse_publish_offer(sdp, VideoCodec::h264);
  REQUIRE(offer.ok());
  const std::string answer = make_publish_answer(*offer, kOrigin);
  INFO(answer);
  CHECK(answer.find("jj") == std::string::npos);
  CHECK(has_line(answer, "a=fmtp:100 packetization-mode=1"));
  CHECK(has_line(answer, "a=rtpmap:101 VP8/90000"));
}

TEST_CASE("An answer asks for no feedback that was not offered") {
  struct Row {
    std::string offered;
    FeedbackSet answered;
  };
  const std::vector<Row> rows{
      {"", {}},
      {"a=rtcp-fb:96 nack\r\n", {Feedback::nack}},
      {"a=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 ccm fir\r\n",
       {Feedback::picture_loss, Feedback::full_intra_request}},
      {"a=rtcp-fb:* goog-remb\r\na=rtcp-fb:96 transport-cc\r\n",
       {Feedback::bandwidth_estimate, Feedback::transport_wide}},
      {"a=rtcp-fb:97 nack\r\na=rtcp-fb:9 nack\r\na=rtcp-fb:96 nack sli\r\na=rtcp-fb:96\r\n", {}},
  };
  for (const Row& row : rows) {
    INFO(row.offered);
    const auto offer =
        parse_publish_offer(video_offer("96", "a=rtpmap:96 VP8/90000\r\n" + row.offered), VideoCodec::vp8);
    REQUIRE(offer.ok());
    CHECK(offer->video->feedback == row.answered);
    const auto answer = parse_description(make_publish_answer(*offer, kOrigin));
    REQUIRE(answer);
    CHECK(read_feedback(answer->media[0], offer->video->payload_type) == row.answered);
  }
}

TEST_CASE("A host may publish audio alone or video alone") {
  const auto video = parse_publish_offer(video_offer("96", "a=rtpmap:96 VP8/90000\r\n"), VideoCodec::vp8);
  REQUIRE(video.ok());
  CHECK(video->video);
  CHECK_FALSE(video->audio);
  const std::string sdp =
      "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 0 111\r\na=rtpmap:111 OPUS/48000/2\r\na=mid:a\r\n";
  const auto audio = parse_publish_offer(sdp, VideoCodec::vp8);
  REQUIRE(audio.ok());
  CHECK(audio->audio);
  CHECK_FALSE(audio->video);
  CHECK(has_line(make_publish_answer(*audio, kOrigin), "m=audio 9 UDP/TLS/RTP/SAVPF 111"));
}

TEST_CASE("An answer to an offer is a description that can be parsed again") {
  for (const std::string_view name : {"chromium/publish_many", "firefox/publish_many"}) {
    const auto offer = parse_publish_offer(fixture(name), VideoCodec::av1);
    REQUIRE(offer.ok());
    const auto again = parse_publish_offer(make_publish_answer(*offer, kOrigin), VideoCodec::av1);
    REQUIRE_FALSE(again.ok());
    CHECK(again.error() == ErrorCode::sdp_without_media);
  }
}

}  // namespace baton::plugin::test
