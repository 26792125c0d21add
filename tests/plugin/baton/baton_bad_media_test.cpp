// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"
#include "tests/plugin/baton/media_client.hpp"

namespace baton::testing {
namespace {

using framework::Json;
using framework::MediaIndex;
using framework::MediaKind;

using Bytes = std::vector<std::uint8_t>;
const std::vector<std::string> kNothing;

/// A host on air and a viewer who has seen its key frame.
struct Watched {
  Watched() : host((baton.create(Json::object().set("room", "stage")), baton)), cyd(baton), camera(host) {
    REQUIRE(host.join("ada", "host").kind() == "joined");
    REQUIRE(cyd.join("cyd").kind() == "joined");
    go_on_air(host);
    watch(cyd);
    camera.key();
    REQUIRE(wait_video(cyd, 2).size() == 2);
  }

  Baton baton{};
  Client host;
  Client cyd;
  VideoSource camera;
};

/// A good packet of the camera's stream, to be spoiled.
Bytes good_packet() {
  return media::test::make_rtp(
      {.sequence = 100,
       .timestamp = 5'000'000,
       .payload = media::test::make_vp8(media::test::Frame::delta, media::test::Piece::first)});
}

Bytes spoiled(const std::function<void(Bytes&)>& spoil) {
  Bytes packet = good_packet();
  spoil(packet);
  return packet;
}

struct BadPacket {
  const char* what;
  Bytes bytes;
  const char* counter;
};

std::vector<BadPacket> bad_packets() {
  const auto cut = [](std::size_t size) { return spoiled([size](Bytes& bytes) { bytes.resize(size); }); };
  return {
      {"empty", {}, "malformed_rtp"},
      {"one byte", cut(1), "malformed_rtp"},
      {"a byte less than a header", cut(11), "malformed_rtp"},
      {"version 0", spoiled([](Bytes& bytes) { bytes[0] = 0x00; }), "malformed_rtp"},
      {"version 1", spoiled([](Bytes& bytes) { bytes[0] = 0x40; }), "malformed_rtp"},
      {"version 3", spoiled([](Bytes& bytes) { bytes[0] = 0xC0; }), "malformed_rtp"},
      {"CSRCs that are not there", spoiled([](Bytes& bytes) { bytes[0] = 0x8F; }), "malformed_rtp"},
      {"an extension whose length is not there", spoiled([](Bytes& bytes) {
         bytes[0] = 0x90;
         bytes.resize(14);
       }),
       "malformed_rtp"},
      {"an extension that goes beyond the end", spoiled([](Bytes& bytes) {
         bytes[0] = 0x90;
         bytes[14] = 0xFF;
         bytes[15] = 0xFF;
       }),
       "malformed_rtp"},
      {"padding of no byte", spoiled([](Bytes& bytes) {
         bytes[0] = 0xA0;
         bytes.back() = 0;
       }),
       "malformed_rtp"},
      {"padding beyond the header", spoiled([](Bytes& bytes) {
         bytes[0] = 0xA0;
         bytes.back() = 255;
       }),
       "malformed_rtp"},
      {"a byte too large", spoiled([](Bytes& bytes) { bytes.resize(2049); }), "too_large"},
      {"as large as can be", spoiled([](Bytes& bytes) { bytes.resize(65'535); }), "too_large"},
      {"a VP8 descriptor that goes on beyond the end",
       spoiled([](Bytes& bytes) { bytes.resize(media::kRtpFixedHeaderSize + 2); }), "malformed_payload"},
      {"a sequence number from elsewhere", spoiled([](Bytes& bytes) { media::store_u16(bytes, 2, 40'000); }),
       "sequence_jump"},
  };
}

TEST_CASE("A packet that is none is dropped and counted, and the stream goes on") {
  Watched room;
  for (const BadPacket& row : bad_packets()) {
    INFO(row.what);
    const std::int64_t before = figure(room.baton, {"drops", row.counter});
    send_raw(room.host, row.bytes);
    room.host.handle().sync();
    CHECK(figure(room.baton, {"drops", row.counter}) == before + 1);
    room.camera.deltas(1);
  }
  const auto video = wait_video(room.cyd, room.camera.packets());
  CHECK(video.size() == room.camera.packets());
  CHECK(breaks_in(video) == kNothing);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A packet that came twice is sent once") {
  Watched room;
  const std::size_t seen = room.camera.packets();
  const Bytes again = media::test::make_rtp(
      {.sequence = 65'530,
       .timestamp = 1'000'000,
       .payload = media::test::make_vp8(media::test::Frame::key, media::test::Piece::first)});
  send_raw(room.host, again);
  room.host.handle().sync();
  CHECK(figure(room.baton, {"drops", "duplicate"}) == 1);
  CHECK(video_of(room.cyd).size() == seen);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("Reports that lie change nothing but that somebody is there") {
  Watched room;
  const std::vector<Bytes> reports{
      {},
      {0x81},
      {0x81, 206, 0},
      {0x41, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2},              // version 1
      {0x81, 206, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2},              // longer than it is
      {0x81, 206, 0, 1, 0, 0, 0, 1},                          // a PLI without its media source
      {0xA1, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0},              // padding of no byte
      {0xA1, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 255},            // padding beyond the header
      {0x9F, 200, 0, 0},                                      // a sender report of nothing
      {0x84, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2},  // half an entry of a FIR
      Bytes(65'535, 0xFF),
  };
  const std::size_t asked = room.host.handle().pli_count();
  for (const Bytes& report : reports) {
    room.cyd.handle().incoming_rtcp(MediaKind::video, MediaIndex(1), report);
    room.host.handle().incoming_rtcp(MediaKind::video, MediaIndex(1), report);
  }
  room.cyd.handle().sync();
  room.host.handle().sync();
  CHECK(room.host.handle().pli_count() == asked);
  CHECK(room.cyd.handle().query().get("drops").integer("malformed_rtcp") ==
        static_cast<std::int64_t>(reports.size()));
  room.camera.deltas(2);
  CHECK(breaks_in(wait_video(room.cyd, room.camera.packets())) == kNothing);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("Media from a handle that publishes nothing goes nowhere") {
  Watched room;
  Client bob(room.baton);
  VideoSource stranger(bob, 0x5, 1, 1);
  bob.handle().setup_media();
  stranger.key();  // It has not joined.
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  stranger.key();  // It has not published.
  VideoSource back_channel(room.cyd, 0x6, 1, 1);
  back_channel.key();  // It is a viewer.
  REQUIRE(room.host.say("unpublish").kind() == "unpublished");
  room.host.settle();
  room.camera.key();  // It has unpublished.
  room.camera.deltas(3);
  CHECK(figure(room.baton, {"packets_in"}) == 2);
  CHECK(video_of(room.cyd).size() == 2);
  CHECK(bob.handle().query().get("drops").integer("not_publishing") == 4);
  CHECK(room.cyd.handle().query().get("drops").integer("not_publishing") == 2);
  CHECK(room.host.handle().query().get("drops").integer("not_publishing") == 8);
  CHECK(room.cyd.wait("publishing_changed").boolean("publishing") == true);
  CHECK(room.cyd.wait("publishing_changed").boolean("publishing") == false);
  // And it may publish again.
  go_on_air(room.host);
  VideoSource again(room.host, 0x7, 1, 1);
  again.key();
  CHECK(breaks_in(wait_video(room.cyd, 4)) == kNothing);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("Janus may report a hangup of what never was, and more than once") {
  Watched room;
  Client bob(room.baton);
  bob.handle().force_hangup_callback();
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  bob.handle().force_hangup_callback();
  bob.handle().force_hangup_callback();
  room.cyd.handle().force_hangup_callback();
  room.cyd.handle().force_hangup_callback();
  room.cyd.handle().sync();
  bob.handle().sync();
  CHECK(bob.say("heartbeat").kind() == "heartbeat");
  CHECK(room.cyd.say("heartbeat").kind() == "heartbeat");
  CHECK(room.cyd.say("start", subscribe_answer()).error() == core::ErrorCode::not_subscribed);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A publisher who goes away while its answer is under way leaves nothing behind") {
  Baton baton({}, {.jsep_push_delay = std::chrono::milliseconds(20)});
  baton.create(Json::object().set("room", "stage").set("grace_ms", 0));
  for (int i = 0; i < 60; ++i) {
    Client host(baton);
    REQUIRE(host.join("ada", "host").kind() == "joined");
    auto published = host.handle().send_message(host.request("publish"), publish_offer());
    if (i % 3 == 1) {
      published.wait();
    }
    if (i % 3 == 2) {
      published.wait();
      host.handle().setup_media();
    }
    host.handle().detach();
    published.wait();
    host.handle().sync();
  }
  CHECK(comes_true(
      [&] { return !participant(baton.snapshot("stage"), "ada").boolean("publishing").value_or(true); }));
  CHECK(baton.snapshot("stage").get("program").string("state") == "empty");
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Random bytes as media bring nothing down") {
  Watched room;
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    Bytes bytes(random() % 80);
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(random());
    }
    if (!bytes.empty() && i % 2 == 0) {
      bytes[0] = static_cast<std::uint8_t>(0x80U | (bytes[0] & 0x3FU));
    }
    Client& who = i % 3 == 0 ? room.cyd : room.host;
    if (i % 5 == 0) {
      who.handle().incoming_rtcp(MediaKind::video, MediaIndex(1), bytes);
    } else {
      const auto kind = i % 7 == 0 ? MediaKind::audio : MediaKind::video;
      who.handle().incoming_rtp(kind, MediaIndex(static_cast<int>(random() % 5) - 1), bytes);
    }
  }
  room.host.handle().sync();
  room.cyd.handle().sync();
  CHECK(figure(room.baton, {"drops", "malformed_rtp"}) > 500);
  CHECK(room.host.say("heartbeat").kind() == "heartbeat");
  CHECK(room.cyd.say("heartbeat").kind() == "heartbeat");
  CHECK(room.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
