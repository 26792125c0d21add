// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include "plugin/sdp.hpp"
#include "plugin/sdp_direct.hpp"
#include "tests/plugin/pure/direct_sdp_samples.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"

namespace baton::plugin::test {

namespace {

using media::ExtensionForms;
using media::ExtensionKind;
using media::RtcpForm;
using media::VideoCodec;
using transport::direct::DtlsRole;
using transport::direct::IceCredentials;

struct CodecName {
  VideoCodec codec;
  std::string name;
};
const std::vector<CodecName> kCodecs{
    {VideoCodec::vp8, "vp8"}, {VideoCodec::vp9, "vp9"}, {VideoCodec::h264, "h264"}, {VideoCodec::av1, "av1"}};

std::string offer_of(VideoCodec codec) {
  return make_direct_subscribe_offer(codec, sample_sources(), sample_local());
}

/// The offer as if a viewer had answered it by taking everything.
std::string full_answer(VideoCodec codec) {
  std::string answer = replaced(offer_of(codec), "a=sendonly", "a=recvonly");
  answer = replaced(answer, "a=ice-lite\r\n", "");
  return replaced(answer, "a=setup:actpass", "a=setup:active");
}

DirectSubscribeAnswer read(const std::string& sdp, VideoCodec codec = VideoCodec::vp8) {
  INFO(sdp);
  const auto answer = parse_direct_subscribe_answer(sdp, codec);
  INFO((answer.ok() ? "" : to_string(answer.error())));
  REQUIRE(answer.ok());
  return *answer;
}

std::optional<media::ExtensionId> id_of(const DirectReception& reception, ExtensionKind kind) {
  return reception.extensions.id_of(kind);
}

const std::string kFingerprint = "a=fingerprint:sha-256 " + sample_local().fingerprint.to_string() + "\r\n";
const std::string kUfrag = "a=ice-ufrag:serverUf\r\n";
const std::string kPassword = "a=ice-pwd:serverPasswordOf24Chars+\r\n";
const std::string kTransport = kUfrag + kPassword + kFingerprint + "a=setup:active\r\n";

}  // namespace

TEST_CASE("The direct offer of a program is this, byte for byte") {
  for (const CodecName& row : kCodecs) {
    CHECK(offer_of(row.codec) == fixture("baton/direct_offer_" + row.name));
  }
}

TEST_CASE("The direct offer has the media lines of the gateway's offer, and more") {
  for (const CodecName& row : kCodecs) {
    const std::string direct = offer_of(row.codec);
    const std::string gateway = make_subscribe_offer(row.codec, sample_local().origin);
    for (const std::string_view line :
         {"a=mid:0", "a=mid:1", "a=msid:program program-video", "a=rtcp-fb:96 nack",
          "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"}) {
      CHECK(has_line(gateway, line));
      CHECK(has_line(direct, line));
    }
    for (const std::string_view line : {"a=ice-lite", "a=group:BUNDLE 0 1", "a=rtcp-fb:96 transport-cc",
                                        "a=rtpmap:97 rtx/90000", "a=ssrc-group:FID 1002 1003"}) {
      CHECK_FALSE(has_line(gateway, line));
      CHECK(has_line(direct, line));
    }
  }
}

TEST_CASE("An answer that takes everything is read back as what was offered") {
  for (const CodecName& row : kCodecs) {
    const auto answer = read(full_answer(row.codec), row.codec);
    CHECK(answer.peer ==
          DirectPeer{sample_local().credentials, sample_local().fingerprint, DtlsRole::server});
    REQUIRE(answer.audio);
    REQUIRE(answer.video);
    CHECK(answer.audio->extensions == extensions_for_viewer(std::nullopt, TransportNumber::present));
    CHECK(answer.video->extensions == extensions_for_viewer(row.codec, TransportNumber::present));
    CHECK(answer.audio->feedback == kAudioFeedback);
    CHECK(answer.video->feedback == kVideoFeedback);
    CHECK(answer.audio->terms == DirectTerms{ExtensionForms::both, RtcpForm::reduced_size, std::nullopt});
    CHECK(answer.video->terms ==
          DirectTerms{ExtensionForms::both, RtcpForm::reduced_size, kProgramRepetitions});
  }
}

TEST_CASE("Browsers' answers to the direct offer are understood") {
  struct Row {
    std::string browser;
    RtcpForm audio_rtcp;
    bool has_h264;
    bool turns_pictures;  ///< It takes the video orientation.
  };
  for (const Row& browser : {Row{"chromium", RtcpForm::reduced_size, true, true},
                             Row{"firefox", RtcpForm::compound, false, false}}) {
    for (const CodecName& row : kCodecs) {
      const std::string sdp = fixture(browser.browser + "/direct_" + row.name);
      const auto answer = read(sdp, row.codec);
      INFO(sdp);
      CHECK(answer.peer.role == DtlsRole::server);
      CHECK(has_line(sdp, "a=ice-ufrag:" + answer.peer.credentials.username_fragment));
      CHECK(has_line(sdp, "a=ice-pwd:" + answer.peer.credentials.password));
      CHECK(has_line(sdp, "a=fingerprint:sha-256 " + answer.peer.fingerprint.to_string()));
      REQUIRE(answer.audio);
      CHECK(answer.audio->feedback == kAudioFeedback);
      CHECK(answer.audio->terms.rtcp_form == browser.audio_rtcp);
      CHECK(id_of(*answer.audio, ExtensionKind::transport_sequence) == media::ExtensionId{3});
      REQUIRE(answer.video.has_value() == (browser.has_h264 || row.codec != VideoCodec::h264));
      if (answer.video) {
        CHECK(answer.video->feedback == kVideoFeedback);
        CHECK(answer.video->terms ==
              DirectTerms{ExtensionForms::both, RtcpForm::reduced_size, kProgramRepetitions});
        CHECK(id_of(*answer.video, ExtensionKind::mid) == media::ExtensionId{4});
        CHECK(id_of(*answer.video, ExtensionKind::absolute_send_time) == media::ExtensionId{2});
        CHECK(id_of(*answer.video, ExtensionKind::playout_delay) == media::ExtensionId{12});
        CHECK(id_of(*answer.video, ExtensionKind::video_orientation).has_value() == browser.turns_pictures);
      }
    }
  }
}

TEST_CASE("What an answer leaves out is not used") {
  struct Row {
    Change change;
    DirectReception video;
  };
  const auto all = *read(full_answer(VideoCodec::vp8)).video;
  const auto with = [&](auto alter) {
    DirectReception result = all;
    alter(result);
    return result;
  };
  const auto without_extension = [&](ExtensionKind kind) {
    return with([&](DirectReception& video) { video.extensions.set(kind, {0}); });
  };
  const auto without_repetitions = with([](DirectReception& video) { video.terms.repetitions.reset(); });
  const std::vector<Row> rows{
      {{Where::second_medium, "SAVPF 96 97", "SAVPF 96"}, without_repetitions},
      {{Where::second_medium, "a=rtpmap:97 rtx/90000\r\n", ""}, without_repetitions},
      {{Where::second_medium, "rtx/90000", "red/90000"}, without_repetitions},
      {{Where::second_medium, "apt=96", "apt=111"}, without_repetitions},
      // Another number than was offered is none (RFC 3264 §6.1).
      {{Where::second_medium, "97", "98"}, without_repetitions},
      {{Where::second_medium, "a=rtcp-rsize\r\n", ""},
       with([](DirectReception& video) { video.terms.rtcp_form = RtcpForm::compound; })},
      {{Where::second_medium, "a=extmap-allow-mixed\r\n", ""},
       with([](DirectReception& video) { video.terms.extension_forms = ExtensionForms::one_byte_only; })},
      {{Where::second_medium, "a=rtcp-fb:96 transport-cc\r\n", ""}, with([](DirectReception& video) {
         video.feedback = {Feedback::full_intra_request, Feedback::nack, Feedback::picture_loss,
                           Feedback::bandwidth_estimate};
       })},
      {{Where::second_medium, "a=rtcp-fb:96 nack\r\n", "a=rtcp-fb:97 nack\r\n"},
       with([](DirectReception& video) {
         video.feedback = {Feedback::full_intra_request, Feedback::picture_loss, Feedback::bandwidth_estimate,
                           Feedback::transport_wide};
       })},
      {{Where::second_medium, "a=extmap:12 ", "a=x-extmap:12 "},
       without_extension(ExtensionKind::playout_delay)},
      {{Where::second_medium, "a=extmap:12 ", "a=extmap:5 "},
       without_extension(ExtensionKind::playout_delay)},
      {{Where::second_medium, "a=extmap:12 ", "a=extmap:12/sendonly "},
       without_extension(ExtensionKind::playout_delay)},
      {{Where::second_medium, "a=extmap:12 ", "a=extmap:12/recvonly "}, all},
      {{Where::second_medium, "a=extmap:12 ", "a=extmap:12/sendrecv "}, all},
      // What was not offered.
      {{Where::second_medium, "a=mid:1\r\n",
        "a=mid:1\r\na=extmap:7 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"},
       all},
  };
  for (const Row& row : rows) {
    INFO(row.change.what << " -> " << row.change.with);
    CHECK(read(changed(full_answer(VideoCodec::vp8), row.change)).video == row.video);
  }
}

TEST_CASE("The transport of an answer may stand wherever RFC 9143 and RFC 8839 let it") {
  const std::string answer = full_answer(VideoCodec::vp8);
  const DirectPeer peer = read(answer).peer;
  const std::string bare = replaced(answer, kTransport, "");
  const std::vector<std::string> rows{
      // In the session, as Firefox does with fingerprints.
      replaced(bare, "t=0 0\r\n", "t=0 0\r\n" + kTransport),
      replaced(replaced(answer, kFingerprint, ""), "t=0 0\r\n", "t=0 0\r\n" + kFingerprint),
      // Only with the m-line that carries the group, which need not be the first.
      replaced_in_section(answer, 1, kTransport, ""),
      replaced(replaced_in_section(answer, 0, kTransport, ""), "BUNDLE 0 1", "BUNDLE 1 0"),
      // What a medium says goes before what the session says.
      replaced(answer, "t=0 0\r\n", "t=0 0\r\na=setup:passive\r\na=ice-ufrag:other\r\n"),
      // Several groups.
      replaced(answer, "a=group:BUNDLE 0 1", "a=group:BUNDLE 7 8\r\na=group:LS 0 1\r\na=group:BUNDLE 0 1"),
  };
  for (const std::string& row : rows) {
    CHECK(read(row).peer == peer);
  }
}

TEST_CASE("Fingerprints are compared without case, and other hashes passed over") {
  const std::string answer = full_answer(VideoCodec::vp8);
  const DirectPeer peer = read(answer).peer;
  const std::string text = sample_local().fingerprint.to_string();
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::vector<std::string> rows{
      replaced(answer, text, lower),
      replaced(answer, "sha-256", "SHA-256"),
      replaced(answer, kFingerprint, kFingerprint + kFingerprint),
      replaced(answer, kFingerprint,
               "a=fingerprint:sha-512 AA:BB\r\n" + kFingerprint + "a=fingerprint:md2 AA\r\n"),
  };
  for (const std::string& row : rows) {
    CHECK(read(row).peer == peer);
  }
}

TEST_CASE("The viewer's role decides ours") {
  const std::string answer = full_answer(VideoCodec::vp8);
  CHECK(read(answer).peer.role == DtlsRole::server);
  CHECK(read(replaced(answer, "a=setup:active", "a=setup:passive")).peer.role == DtlsRole::client);
  CHECK(read(replaced(answer, "a=setup:active", "a=setup:ACTIVE")).peer.role == DtlsRole::server);
}

TEST_CASE("A viewer may take one medium of the direct offer only") {
  const std::string answer = full_answer(VideoCodec::vp8);
  const DirectPeer peer = read(answer).peer;
  const std::string without_audio = replaced_in_section(answer, 0, "m=audio 5000", "m=audio 0");
  struct Row {
    std::string sdp;
    bool audio;
    bool video;
  };
  const std::vector<Row> rows{
      {replaced(without_audio, "BUNDLE 0 1", "BUNDLE 1"), false, true},
      // One medium needs no group, and nothing is asked of a line that is refused.
      {replaced(without_audio, "a=group:BUNDLE 0 1\r\n", ""), false, true},
      {replaced_in_section(replaced(without_audio, "BUNDLE 0 1", "BUNDLE 1"), 0, kTransport, ""), false,
       true},
      {replaced(replaced_in_section(answer, 1, "m=video 5000", "m=video 0"), "BUNDLE 0 1", "BUNDLE 0"), true,
       false},
      {replaced_in_section(answer, 1, "a=recvonly", "a=inactive"), true, false},
  };
  for (const Row& row : rows) {
    const auto read_answer = read(row.sdp);
    CHECK(read_answer.audio.has_value() == row.audio);
    CHECK(read_answer.video.has_value() == row.video);
    CHECK(read_answer.peer == peer);
  }
}

TEST_CASE("Credentials are taken up to their limits") {
  const std::string answer = full_answer(VideoCodec::vp8);
  const auto with_credentials = [&](std::size_t fragment, std::size_t password) {
    const std::string changed =
        replaced(answer, kUfrag, "a=ice-ufrag:" + std::string(fragment, 'u') + "\r\n");
    return parse_direct_subscribe_answer(
        replaced(changed, kPassword, "a=ice-pwd:" + std::string(password, 'p') + "\r\n"), VideoCodec::vp8);
  };
  CHECK(with_credentials(4, 22).ok());
  CHECK(with_credentials(256, 256).ok());
  for (const auto& refused : {with_credentials(3, 22), with_credentials(4, 21), with_credentials(257, 256),
                              with_credentials(256, 257)}) {
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error() == SdpRefusal::ice_invalid);
  }
}

TEST_CASE("An answer that the direct transport cannot use is refused, and why") {
  struct Row {
    Change change;
    SdpRefusal refusal;
  };
  using enum Where;
  const std::string fingerprint = sample_local().fingerprint.to_string();
  const std::string other_fingerprint = "00" + fingerprint.substr(2);
  const std::vector<Row> rows{
      {{everywhere, "v=0", "v=1"}, SdpRefusal::malformed},
      {{everywhere, "a=mid:1", "a=mid:7"}, SdpRefusal::malformed},
      {{everywhere, "a=mid:0\r\n", ""}, SdpRefusal::malformed},
      {{everywhere, "a=mid:1", "a=mid:0"}, SdpRefusal::malformed},
      {{everywhere, "m=video", "m=audio"}, SdpRefusal::malformed},
      {{everywhere, " 5000 UDP", " 0 UDP"}, SdpRefusal::without_media},
      {{everywhere, "a=recvonly", "a=sendonly"}, SdpRefusal::without_media},
      {{everywhere, "VP8/90000", "VP9/90000"}, SdpRefusal::codec_not_in_room},
      {{everywhere, "a=group:BUNDLE 0 1\r\n", ""}, SdpRefusal::not_bundled},
      {{everywhere, "a=group:BUNDLE 0 1", "a=group:BUNDLE 0"}, SdpRefusal::not_bundled},
      {{everywhere, "a=group:BUNDLE 0 1", "a=group:BUNDLE 0\r\na=group:BUNDLE 1"}, SdpRefusal::not_bundled},
      {{everywhere, "a=group:BUNDLE 0 1", "a=group:LS 0 1"}, SdpRefusal::not_bundled},
      {{everywhere, "a=group:BUNDLE 0 1", "a=group:BUNDLE"}, SdpRefusal::not_bundled},
      {{first_medium, "a=rtcp-mux\r\n", ""}, SdpRefusal::rtcp_apart},
      {{second_medium, "a=rtcp-mux\r\n", ""}, SdpRefusal::rtcp_apart},
      {{everywhere, "t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n"}, SdpRefusal::ice_lite},
      {{everywhere, kUfrag, ""}, SdpRefusal::ice_missing},
      {{everywhere, kPassword, ""}, SdpRefusal::ice_missing},
      {{first_medium, kUfrag, ""}, SdpRefusal::ice_missing},
      {{everywhere, "a=ice-ufrag:serverUf", "a=ice-ufrag:server:f"}, SdpRefusal::ice_invalid},
      {{everywhere, "a=ice-pwd:serverPasswordOf24Chars+", "a=ice-pwd:serverPasswordOf24Chars "},
       SdpRefusal::ice_invalid},
      {{everywhere, kUfrag, kUfrag + "a=ice-ufrag:another\r\n"}, SdpRefusal::ice_invalid},
      {{everywhere, kPassword, kPassword + "a=ice-pwd:anotherPasswordOf25Chars+\r\n"},
       SdpRefusal::ice_invalid},
      {{second_medium, "a=ice-ufrag:serverUf", "a=ice-ufrag:another"}, SdpRefusal::transports_differ},
      {{second_medium, "a=ice-pwd:server", "a=ice-pwd:another"}, SdpRefusal::transports_differ},
      {{second_medium, fingerprint, other_fingerprint}, SdpRefusal::transports_differ},
      {{second_medium, "a=setup:active", "a=setup:passive"}, SdpRefusal::transports_differ},
      {{everywhere, kFingerprint, ""}, SdpRefusal::fingerprint_missing},
      {{everywhere, "sha-256", "sha-1"}, SdpRefusal::fingerprint_missing},
      {{everywhere, "sha-256", "sha-2567"}, SdpRefusal::fingerprint_missing},
      {{everywhere, fingerprint, fingerprint.substr(3)}, SdpRefusal::fingerprint_invalid},
      {{everywhere, fingerprint, fingerprint + ":00"}, SdpRefusal::fingerprint_invalid},
      {{everywhere, fingerprint, "GG" + fingerprint.substr(2)}, SdpRefusal::fingerprint_invalid},
      {{everywhere, kFingerprint, kFingerprint + "a=fingerprint:sha-256 " + other_fingerprint + "\r\n"},
       SdpRefusal::fingerprint_invalid},
      {{everywhere, "a=setup:active\r\n", ""}, SdpRefusal::setup_missing},
      {{everywhere, "a=setup:active", "a=setup:actpass"}, SdpRefusal::setup_invalid},
      {{everywhere, "a=setup:active", "a=setup:holdconn"}, SdpRefusal::setup_invalid},
      {{everywhere, "a=setup:active", "a=setup:active\r\na=setup:passive"}, SdpRefusal::setup_invalid},
      {{everywhere, "a=setup:active", "a=setup: active"}, SdpRefusal::setup_invalid},
  };
  for (const Row& row : rows) {
    const std::string sdp = changed(full_answer(VideoCodec::vp8), row.change);
    INFO(row.change.what << " -> " << row.change.with);
    const auto answer = parse_direct_subscribe_answer(sdp, VideoCodec::vp8);
    REQUIRE_FALSE(answer.ok());
    CHECK(std::string(to_string(answer.error())) == to_string(row.refusal));
  }
}

TEST_CASE("Clients are told of refusals by the table of errors") {
  CHECK(error_code(SdpRefusal::malformed) == core::ErrorCode::sdp_invalid);
  CHECK(error_code(SdpRefusal::without_media) == core::ErrorCode::sdp_without_media);
  CHECK(error_code(SdpRefusal::codec_not_in_room) == core::ErrorCode::codec_not_in_room);
  CHECK(error_code(SdpRefusal::not_bundled) == core::ErrorCode::sdp_transport_unusable);
  CHECK(error_code(SdpRefusal::fingerprint_missing) == core::ErrorCode::sdp_transport_unusable);
}

TEST_CASE("An ICE restart changes the credentials and the version of an offer, and nothing else") {
  const DirectLocal local = sample_local();
  const std::string first = make_direct_subscribe_offer(VideoCodec::vp8, sample_sources(), local);
  const DirectLocal next = restarted(local, fresh_credentials());
  const std::string second = make_direct_subscribe_offer(VideoCodec::vp8, sample_sources(), next);
  std::string expected = replaced(first, "o=- 12 3 ", "o=- 12 4 ");
  expected = replaced(expected, kUfrag, "a=ice-ufrag:freshUfr\r\n");
  expected = replaced(expected, kPassword, "a=ice-pwd:freshPasswordOf24Chars++\r\n");
  CHECK(second == expected);
}

TEST_CASE("A browser's answer to an ICE restart has other credentials and the same association") {
  for (const std::string browser : {"chromium", "firefox"}) {
    const auto first = read(fixture(browser + "/direct_vp8"));
    const auto second = read(fixture(browser + "/direct_restart"));
    CHECK(first.same_media(second));
    CHECK(change_between(first.peer, second.peer) == TransportChange::ice_restart);
    CHECK(change_between(first.peer, first.peer) == TransportChange::none);
  }
}

TEST_CASE("A change of the transport is told by what changed") {
  const DirectPeer peer = read(full_answer(VideoCodec::vp8)).peer;
  const auto with = [&](auto alter) {
    DirectPeer result = peer;
    alter(result);
    return result;
  };
  struct Row {
    DirectPeer after;
    TransportChange change;
  };
  const std::vector<Row> rows{
      {peer, TransportChange::none},
      {with([](DirectPeer& after) { after.credentials = fresh_credentials(); }),
       TransportChange::ice_restart},
      {with([](DirectPeer& after) { after.credentials.password += "x"; }), TransportChange::ice_restart},
      {with([](DirectPeer& after) { after.fingerprint.sha256[0] ^= 1; }), TransportChange::other_association},
      {with([](DirectPeer& after) { after.role = DtlsRole::client; }), TransportChange::other_association},
      {with([](DirectPeer& after) {
         after.credentials = fresh_credentials();
         after.fingerprint.sha256[31] ^= 1;
       }),
       TransportChange::other_association},
  };
  for (const Row& row : rows) {
    CHECK(change_between(peer, row.after) == row.change);
  }
}

}  // namespace baton::plugin::test
