// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "plugin/sdp.hpp"
#include "plugin/sdp_direct.hpp"
#include "tests/bench/cpu_clock.hpp"
#include "tests/plugin/pure/direct_sdp_samples.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"

namespace baton::plugin::test {

namespace {

using media::ExtensionForms;
using media::PayloadType;
using media::RtcpForm;
using media::Ssrc;
using media::VideoCodec;
using transport::direct::DtlsRole;

DirectPublishOffer read(const std::string& sdp, VideoCodec codec = VideoCodec::vp8,
                        DtlsRole preferred = DtlsRole::server) {
  INFO(sdp);
  const auto offer = parse_direct_publish_offer(sdp, codec, preferred);
  INFO((offer.ok() ? "" : to_string(offer.error())));
  REQUIRE(offer.ok());
  return *offer;
}

std::string answer_to(const DirectPublishOffer& offer) {
  return make_direct_publish_answer(offer, sample_local());
}

/// An offer with audio and video under these attributes of the session.
std::string small_offer(const std::string& session) {
  const std::string transport =
      "a=ice-ufrag:host\r\na=ice-pwd:aPasswordOf22Character\r\na=setup:actpass\r\na=rtcp-mux\r\na="
      "fingerprint:sha-256 " +
      sample_local().fingerprint.to_string() + "\r\n";
  return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" + session +
         "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendonly\r\na=mid:a\r\na=rtpmap:111 opus/48000/2\r\n" +
         transport + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n" +
         transport;
}

}  // namespace

TEST_CASE("Browsers' offers are taken with their streams, retransmissions and transport") {
  struct Row {
    std::string browser;
    VideoCodec codec;
    int repetitions;
    DirectTerms audio;
  };
  const DirectTerms modern{ExtensionForms::both, RtcpForm::reduced_size, std::nullopt};
  const DirectTerms compound{ExtensionForms::both, RtcpForm::compound, std::nullopt};
  const std::vector<Row> rows{
      {"chromium", VideoCodec::vp8, 97, modern},   {"chromium", VideoCodec::vp9, 99, modern},
      {"chromium", VideoCodec::h264, 109, modern}, {"chromium", VideoCodec::av1, 46, modern},
      {"firefox", VideoCodec::vp8, 124, compound}, {"firefox", VideoCodec::vp9, 125, compound},
      {"firefox", VideoCodec::av1, 100, compound},
  };
  for (const Row& row : rows) {
    const std::string sdp = fixture(row.browser + "/direct_publish");
    const auto offer = read(sdp, row.codec);
    INFO(sdp);
    REQUIRE(offer.audio);
    REQUIRE(offer.video);
    const PayloadType repetitions{static_cast<std::uint8_t>(row.repetitions)};
    CHECK(offer.audio->terms == row.audio);
    CHECK(offer.video->terms == DirectTerms{ExtensionForms::both, RtcpForm::reduced_size, repetitions});
    REQUIRE(offer.audio->sources.media);
    CHECK_FALSE(offer.audio->sources.repetitions);
    CHECK(sdp.find("a=ssrc:" + std::to_string(offer.audio->sources.media->value) + " cname:") !=
          std::string::npos);
    REQUIRE(offer.video->sources.media);
    REQUIRE(offer.video->sources.repetitions);
    CHECK(has_line(sdp, "a=ssrc-group:FID " + std::to_string(offer.video->sources.media->value) + " " +
                            std::to_string(offer.video->sources.repetitions->value)));
    CHECK(offer.bundling == Bundling::grouped);
    CHECK(offer.peer.role == DtlsRole::server);
    CHECK(has_line(sdp, "a=ice-ufrag:" + offer.peer.credentials.username_fragment));
    CHECK(has_line(sdp, "a=ice-pwd:" + offer.peer.credentials.password));
    CHECK(has_line(sdp, "a=fingerprint:sha-256 " + offer.peer.fingerprint.to_string()));
    CHECK(offer.offer.video->feedback == kVideoFeedback);
    // The media are those that the gateway would have been told of.
    const auto by_gateway = parse_publish_offer(sdp, row.codec);
    REQUIRE(by_gateway.ok());
    CHECK(offer.offer == *by_gateway);
  }
}

TEST_CASE("The answer to a browser's direct offer is this, byte for byte") {
  CHECK(answer_to(read(fixture("chromium/direct_publish"))) == fixture("baton/direct_answer_chromium"));
  CHECK(answer_to(read(fixture("firefox/direct_publish"), VideoCodec::av1)) ==
        fixture("baton/direct_answer_firefox"));
}

TEST_CASE("A direct answer bundles what it takes and says nothing of transport in what it refuses") {
  for (const std::string browser : {"chromium", "firefox"}) {
    const std::string answer = answer_to(read(fixture(browser + "/publish_many")));
    INFO(answer);
    CHECK(has_line(answer, "a=group:BUNDLE 0 1"));
    const auto sections = media_sections(answer);
    REQUIRE(sections.size() == 4);
    for (const std::size_t taken : {0U, 1U}) {
      CHECK(has_line(sections[taken], "a=ice-ufrag:serverUf"));
      CHECK(has_line(sections[taken], "a=setup:passive"));
      CHECK(has_line(sections[taken], "a=rtcp-mux"));
    }
    CHECK(sections[0].find("a=candidate") != std::string::npos);
    CHECK(sections[1].find("a=candidate") == std::string::npos);
    for (const std::size_t refused : {2U, 3U}) {
      for (const std::string_view word : {"ice-", "fingerprint", "setup", "candidate", "rtcp-mux", "rtx"}) {
        CHECK(sections[refused].find(word) == std::string::npos);
      }
    }
  }
}

TEST_CASE("M-lines that are sent with their group alone are taken") {
  for (const std::string browser : {"chromium", "firefox"}) {
    const std::string sdp = fixture(browser + "/direct_publish_max_bundle");
    const auto offer = read(sdp);
    REQUIRE(offer.audio);
    REQUIRE(offer.video);
    CHECK(media_sections(answer_to(offer))[1].starts_with("m=video 5000 "));
  }
  CHECK(media_sections(fixture("firefox/direct_publish_max_bundle"))[1].starts_with("m=video 0 "));
}

TEST_CASE("A group may begin with an m-line that is refused") {
  const std::string data =
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\na=ice-ufrag:host\r\n"
      "a=ice-pwd:aPasswordOf22Characte2\r\na=setup:actpass\r\na=fingerprint:sha-256 " +
      sample_local().fingerprint.to_string() + "\r\n";
  const std::string media =
      "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=bundle-only\r\na=mid:v\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n";
  const std::string head = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE d v\r\n";
  const auto offer = read(head + data + media);
  CHECK(offer.peer.credentials.username_fragment == "host");
  const std::string answer = answer_to(offer);
  CHECK(has_line(answer, "a=group:BUNDLE v"));
  CHECK(has_line(answer, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"));
}

TEST_CASE("One medium needs no group, and is answered without") {
  const std::string both = small_offer("");
  const auto refused = parse_direct_publish_offer(both, VideoCodec::vp8);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() == SdpRefusal::not_bundled);
  const auto offer = read(both.substr(0, both.find("m=audio")) + media_sections(both)[1]);
  CHECK(offer.bundling == Bundling::absent);
  CHECK(answer_to(offer).find("a=group") == std::string::npos);
  CHECK(has_line(answer_to(read(small_offer("a=group:BUNDLE a v\r\n"))), "a=group:BUNDLE a v"));
}

TEST_CASE("Who offers decides who begins the handshake, or leaves it to us") {
  const std::string sdp = fixture("chromium/direct_publish");
  struct Row {
    std::string setup;
    DtlsRole preferred;
    DtlsRole role;
    std::string answer;
  };
  const std::vector<Row> rows{
      {"actpass", DtlsRole::server, DtlsRole::server, "a=setup:passive"},
      {"actpass", DtlsRole::client, DtlsRole::client, "a=setup:active"},
      {"active", DtlsRole::server, DtlsRole::server, "a=setup:passive"},
      {"active", DtlsRole::client, DtlsRole::server, "a=setup:passive"},
      {"passive", DtlsRole::server, DtlsRole::client, "a=setup:active"},
      {"passive", DtlsRole::client, DtlsRole::client, "a=setup:active"},
  };
  for (const Row& row : rows) {
    INFO(row.setup);
    const auto offer =
        read(replaced(sdp, "a=setup:actpass", "a=setup:" + row.setup), VideoCodec::vp8, row.preferred);
    CHECK(offer.peer.role == row.role);
    CHECK(has_line(answer_to(offer), row.answer));
  }
}

TEST_CASE("Streams need not be announced") {
  const std::string sdp = fixture("chromium/direct_publish");
  const auto all = read(sdp);
  struct Row {
    Change change;
    MediaSources video;
  };
  const Ssrc media = *all.video->sources.media;
  const Ssrc repetitions = *all.video->sources.repetitions;
  const std::string pair = std::to_string(media.value) + " " + std::to_string(repetitions.value);
  const std::vector<Row> rows{
      {{Where::second_medium, "a=ssrc", "a=x"}, {}},
      {{Where::second_medium, "a=ssrc-group", "a=x"}, {media, std::nullopt}},
      {{Where::second_medium, "a=ssrc:", "a=x:"}, {media, repetitions}},
      {{Where::second_medium, "a=ssrc-group:FID " + pair, "a=ssrc-group:SIM " + pair}, {media, std::nullopt}},
      {{Where::second_medium, "a=ssrc-group:FID " + pair,
        "a=ssrc-group:FID " + pair + "\r\na=ssrc-group:FID 7 8"},
       {media, repetitions}},
      // Whoever does not say by which payload type it repeats does not repeat.
      {{Where::second_medium, "apt=96", "apt=95"}, {media, std::nullopt}},
      {{Where::second_medium, "a=ssrc-group:FID " + pair, "a=ssrc-group:FID 0 4294967295"},
       {Ssrc{0}, Ssrc{4'294'967'295U}}},
  };
  for (const Row& row : rows) {
    INFO(row.change.what << " -> " << row.change.with);
    const auto offer = read(changed(sdp, row.change));
    CHECK(offer.video->sources == row.video);
  }
}

TEST_CASE("An answer takes what was offered, and no more") {
  const std::string sdp = fixture("chromium/direct_publish");
  struct Row {
    Change change;
    std::string missing;
  };
  const std::vector<Row> rows{
      {{Where::second_medium, "apt=96", "apt=95"}, "rtx"},
      {{Where::second_medium, "a=rtcp-rsize\r\n", ""}, "rtcp-rsize"},
      {{Where::second_medium, "a=rtcp-fb:96 nack\r\n", ""}, "a=rtcp-fb:96 nack\r\n"},
      {{Where::everywhere, "a=extmap-allow-mixed\r\n", ""}, "a=extmap-allow-mixed"},
  };
  const std::string full = media_sections(answer_to(read(sdp)))[1];
  for (const Row& row : rows) {
    INFO(row.missing);
    CHECK(full.find(row.missing) != std::string::npos);
    CHECK(media_sections(answer_to(read(changed(sdp, row.change))))[1].find(row.missing) ==
          std::string::npos);
  }
}

TEST_CASE("A publisher's offer that the direct transport cannot use is refused, and why") {
  struct Row {
    Change change;
    SdpRefusal refusal;
  };
  using enum Where;
  const std::string sdp = fixture("chromium/direct_publish");
  const auto offer = read(sdp);
  const std::string media = std::to_string(offer.video->sources.media->value);
  const std::string repetitions = std::to_string(offer.video->sources.repetitions->value);
  const std::string audio = std::to_string(offer.audio->sources.media->value);
  const std::string pair = "FID " + media + " " + repetitions;
  const std::string mid = " urn:ietf:params:rtp-hdrext:sdes:mid";
  const std::vector<Row> rows{
      {{everywhere, "s=-\r\n", ""}, SdpRefusal::malformed},
      {{everywhere, "a=sendonly", "a=recvonly"}, SdpRefusal::without_media},
      {{everywhere, "VP8/90000", "VP7/90000"}, SdpRefusal::codec_not_in_room},
      {{everywhere, "a=group:BUNDLE 0 1\r\n", ""}, SdpRefusal::not_bundled},
      {{everywhere, "a=group:BUNDLE 0 1", "a=group:BUNDLE 1"}, SdpRefusal::not_bundled},
      {{first_medium, "a=rtcp-mux\r\n", ""}, SdpRefusal::rtcp_apart},
      {{everywhere, "t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n"}, SdpRefusal::ice_lite},
      {{everywhere, "a=ice-ufrag:", "a=x:"}, SdpRefusal::ice_missing},
      {{everywhere, "a=ice-ufrag:", "a=ice-ufrag: "}, SdpRefusal::ice_invalid},
      {{second_medium, "a=ice-ufrag:", "a=ice-ufrag:x"}, SdpRefusal::transports_differ},
      {{everywhere, "a=fingerprint:", "a=x:"}, SdpRefusal::fingerprint_missing},
      {{everywhere, "a=fingerprint:sha-256 ", "a=fingerprint:sha-256  "}, SdpRefusal::fingerprint_invalid},
      {{everywhere, "a=setup:actpass\r\n", ""}, SdpRefusal::setup_missing},
      {{everywhere, "a=setup:actpass", "a=setup:holdconn"}, SdpRefusal::setup_invalid},
      {{everywhere, pair, "FID " + media}, SdpRefusal::source_invalid},
      {{everywhere, pair, "FID"}, SdpRefusal::source_invalid},
      {{everywhere, pair, pair + " 7"}, SdpRefusal::source_invalid},
      {{everywhere, pair, "FID " + media + " " + media}, SdpRefusal::source_invalid},
      {{everywhere, pair, "FID x " + media}, SdpRefusal::source_invalid},
      {{everywhere, pair, "FID 4294967296 " + media}, SdpRefusal::source_invalid},
      {{everywhere, "a=ssrc:" + media + " ", "a=ssrc:-1 "}, SdpRefusal::source_invalid},
      {{everywhere, "a=ssrc:" + media + " cname", "a=ssrc:" + media + "\r\na=x"}, SdpRefusal::source_invalid},
      {{everywhere, media, audio}, SdpRefusal::source_invalid},
      {{everywhere, repetitions, audio}, SdpRefusal::source_invalid},
      {{first_medium, "111", "96"}, SdpRefusal::payload_types_shared},
      {{first_medium, "111", "97"}, SdpRefusal::payload_types_shared},
      {{second_medium, "a=extmap:4" + mid, "a=extmap:9" + mid}, SdpRefusal::extension_ids_differ},
  };
  for (const Row& row : rows) {
    INFO(row.change.what << " -> " << row.change.with);
    const auto refused = parse_direct_publish_offer(changed(sdp, row.change), VideoCodec::vp8);
    REQUIRE_FALSE(refused.ok());
    CHECK(std::string(to_string(refused.error())) == to_string(row.refusal));
  }
}

TEST_CASE("A browser that restarts ICE offers the same media with other credentials") {
  for (const std::string browser : {"chromium", "firefox"}) {
    const auto first = read(fixture(browser + "/direct_publish"));
    const auto second = read(fixture(browser + "/direct_publish_restart"), VideoCodec::vp8, first.peer.role);
    CHECK(first.same_media(second));
    CHECK(change_between(first.peer, second.peer) == TransportChange::ice_restart);
    const std::string answer =
        make_direct_publish_answer(second, restarted(sample_local(), fresh_credentials()));
    std::string expected = replaced(answer_to(first), "o=- 12 3 ", "o=- 12 4 ");
    expected = replaced(expected, "a=ice-ufrag:serverUf", "a=ice-ufrag:freshUfr");
    CHECK(answer ==
          replaced(expected, "a=ice-pwd:serverPasswordOf24Chars+", "a=ice-pwd:freshPasswordOf24Chars++"));
  }
}

TEST_CASE("A direct offer at its limits takes a few milliseconds at most") {
  // What costs is the number of formats times the number of attributes; a mistake in that would be seconds.
  std::string sdp = small_offer("a=group:BUNDLE a v\r\n");
  std::string formats;
  for (std::size_t i = 0; i < kMaxSdpFormats; ++i) {
    formats += " 96";
  }
  sdp = replaced(sdp, "SAVPF 96", "SAVPF" + formats);
  const std::size_t lines = kMaxSdpLines - 30;
  for (std::size_t i = 0; i < lines; ++i) {
    sdp += i % 2 == 0 ? "a=fmtp:97 apt=96\r\n" : "a=ssrc:7 cname:x\r\n";
  }
  const auto begun = bench::cpu_time_used();
  read(sdp);
  // Under a sanitizer.
  CHECK(bench::cpu_time_used() - begun < std::chrono::milliseconds(500));
}

}  // namespace baton::plugin::test
