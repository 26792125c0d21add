// SPDX-License-Identifier: GPL-3.0-or-later
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/plugin/baton/baton_client.hpp"
#include "tests/plugin/baton/baton_stage.hpp"
#include "tests/plugin/baton/media_client.hpp"
#include "tests/plugin/baton/on_air.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using framework::Json;
using framework::MediaKind;
using framework::SharedJson;

const std::vector<std::string> kNothing;

/// A viewer must never be asked to negotiate again.
bool got_an_offer(Client& client) {
  return client.handle()
      .wait_event([](const PushedEvent& event) { return event.jsep.has_value(); }, 0ms)
      .has_value();
}

TEST_CASE(
    "A client learns its session even if the gateway cannot make the PeerConnection, and may try again") {
  Baton baton({}, GatewayOptions{.refuse_jsep = true});
  baton.create(stage());
  Client client(baton);
  const Answer joined = client.join("vera", "viewer", Json::object().set("subscribe", true));
  CHECK(joined.kind() == "joined");
  CHECK_FALSE(joined.jsep);
  CHECK(joined.body.boolean("jsep_refused") == true);
  CHECK(joined.body.contains("resume_token"));
  // The subscription is undone, so this is refused by the gateway again, and not because one exists; but only
  // after whatever the first attempt left is down.
  Answer again;
  CHECK(comes_true([&] {
    again = client.say("subscribe");
    return again.kind() == "subscribed";
  }));
  CHECK(again.body.boolean("jsep_refused") == true);
  CHECK(baton.end() == kNothing);
}

TEST_CASE("What the host sends reaches every viewer as one stream of the program") {
  OnAir room;
  const auto cyd = viewer(room.baton, "cyd");
  const auto dan = viewer(room.baton, "dan");
  watch(*cyd);
  watch(*dan);
  room.camera.key();
  room.camera.deltas(20);
  for (Client* one : {cyd.get(), dan.get()}) {
    const auto video = wait_video(*one, room.camera.packets());
    CHECK(video.size() == room.camera.packets());
    CHECK(breaks_in(video) == kNothing);
    const SharedJson event = one->wait("program");
    CHECK(event.get("program").string("state") == "on_air");
    CHECK(event.get("program").string("user") == "ada");
  }
  CHECK(figure(room.baton, {"subscriptions"}) == 2);
  CHECK(figure(room.baton, {"packets_in"}) == static_cast<std::int64_t>(room.camera.packets()));
  CHECK(figure(room.baton, {"packets_out"}) == 2 * static_cast<std::int64_t>(room.camera.packets()));
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A room of each codec takes a browser's offer, and offers that codec to viewers") {
  const std::vector<std::pair<std::string, std::string>> codecs{
      {"vp8", "VP8"}, {"vp9", "VP9"}, {"h264", "H264"}, {"av1", "AV1"}};
  Baton baton;
  for (const auto& [codec, name] : codecs) {
    INFO(codec);
    baton.create(Json::object().set("room", codec).set("video_codec", codec));
    Client host(baton, codec);
    Client cyd(baton, codec);
    REQUIRE(host.join("ada", "host").kind() == "joined");
    const Answer published = host.say("publish", publish_offer());
    CHECK(published.kind() == "published");
    REQUIRE(published.jsep);
    CHECK(published.jsep->type == framework::JsepType::answer);
    REQUIRE(cyd.join("cyd").kind() == "joined");
    const Answer offered = cyd.say("subscribe");
    REQUIRE(offered.jsep);
    for (const std::string& sdp : {published.jsep->sdp, offered.jsep->sdp}) {
      CHECK(sdp.find(" " + name + "/90000") != std::string::npos);
      CHECK(sdp.find(" opus/48000/2") != std::string::npos);
    }
    const auto answer = plugin::test::as_handed_over(plugin::test::fixture("chromium/subscribe_" + codec));
    CHECK(cyd.say("start", answer_of(answer)).kind() == "started");
  }
  CHECK(baton.end() == kNothing);
}

TEST_CASE("Audio goes through as it comes, on its own line, with its level") {
  OnAir room;
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  janus_plugin_rtp_extensions extensions{};
  extensions.audio_level = 42;
  extensions.audio_level_vad = 1;
  extensions.video_rotation = -1;
  extensions.min_delay = -1;
  extensions.max_delay = -1;
  for (std::uint16_t i = 0; i < 5; ++i) {
    const media::test::PacketSpec spec{.sequence = i, .timestamp = i * 960U, .payload = {1, 2, 3}};
    room.host.handle().incoming_rtp(MediaKind::audio, framework::MediaIndex(0), media::test::make_rtp(spec),
                                    extensions);
  }
  room.host.handle().sync();
  const auto packets = cyd->handle().wait_rtp(5);
  REQUIRE(packets.size() == 5);
  for (const RelayedPacket& packet : packets) {
    CHECK(packet.kind == MediaKind::audio);
    CHECK(packet.media_index == framework::MediaIndex(0));
    CHECK((packet.bytes[1] & 0x7F) == 111);
    REQUIRE(packet.extensions);
    CHECK(packet.extensions->audio_level == 42);
    CHECK(packet.extensions->audio_level_vad != 0);
  }
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("Who joins late gets the last picture at once: static, moving, and without a host") {
  OnAir room;
  room.camera.key();
  room.camera.deltas(3);
  const std::size_t asked = room.host.handle().pli_count();

  const auto early = viewer(room.baton, "early");
  watch(*early);
  CHECK(breaks_in(wait_video(*early, room.camera.packets())) == kNothing);
  room.camera.deltas(5);
  const auto live = wait_video(*early, room.camera.packets());
  CHECK(live.size() == room.camera.packets());
  CHECK(breaks_in(live) == kNothing);

  std::this_thread::sleep_for(600ms);  // A still slide: nothing comes.
  const auto late = viewer(room.baton, "late");
  watch(*late);
  const auto still = wait_video(*late, room.camera.packets());
  CHECK(still.size() == room.camera.packets());
  CHECK(breaks_in(still) == kNothing);
  CHECK(room.host.handle().pli_count() == asked);

  room.host.detach();
  const auto last = viewer(room.baton, "last");
  watch(*last);
  const auto held = wait_video(*last, room.camera.packets());
  CHECK(held.size() == room.camera.packets());
  CHECK(breaks_in(held) == kNothing);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A host comes back with another source, and the viewer's stream just goes on") {
  OnAir room;
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  room.camera.key();
  room.camera.deltas(4);
  std::size_t sent = room.camera.packets();
  REQUIRE(wait_video(*cyd, sent).size() == sent);
  CHECK(cyd->wait("program").get("program").string("state") == "on_air");

  Claim earlier = room.host.claim();
  for (std::uint32_t life = 1; life <= 3; ++life) {
    INFO("return " << life);
    room.host.detach();
    CHECK(cyd->wait("program").get("program").string("state") == "held");
    room.host = Client(room.baton);
    const Answer back = room.host.rejoin("ada", "host", earlier);
    CHECK(back.body.boolean("rejoined") == true);
    earlier = room.host.claim();
    go_on_air(room.host);
    CHECK(comes_true([&] { return room.host.handle().pli_count() >= 1; }));
    VideoSource camera(room.host, 0x2000 + life, static_cast<std::uint16_t>(life * 1000),
                       static_cast<std::uint16_t>(life * 77));
    camera.deltas(2);  // No use to anybody.
    camera.key();
    camera.deltas(4);
    sent += camera.packets() - 4;
    const auto video = wait_video(*cyd, sent);
    CHECK(video.size() == sent);
    CHECK(breaks_in(video) == kNothing);
    CHECK(cyd->wait("program").get("program").string("state") == "on_air");
  }
  CHECK_FALSE(got_an_offer(*cyd));
  CHECK(cyd->handle().close_pc_count() == 0);
  CHECK(figure(room.baton, {"drops", "waiting_for_keyframe"}) == 12);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("Twenty viewers who join at once ask the host for no more than two key frames a second") {
  OnAir room;
  // Something arrives, but nothing to start with.
  room.camera.deltas(2);
  const std::size_t before = room.host.handle().pli_count();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<Client>> viewers;
  for (int i = 0; i < 20; ++i) {
    viewers.push_back(viewer(room.baton, "v" + std::to_string(i)));
    watch(*viewers.back());
    viewers.back()->handle().incoming_rtcp(MediaKind::video, framework::MediaIndex(1),
                                           picture_loss_indication());
    viewers.back()->handle().sync();
  }
  const auto seconds = [&] {
    return static_cast<std::size_t>((std::chrono::steady_clock::now() - begin) / 1s);
  };
  CHECK(room.host.handle().pli_count() - before <= 2 + seconds());
  room.camera.key();
  for (const auto& one : viewers) {
    const auto video = wait_video(*one, 2);
    CHECK(video.size() == 2);
    CHECK(breaks_in(video) == kNothing);
  }
  // Now that everybody has a picture, nobody asks.
  const std::size_t answered = room.host.handle().pli_count();
  std::this_thread::sleep_for(1200ms);
  CHECK(room.host.handle().pli_count() == answered);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A viewer's wish for a key frame reaches the host, at most once a second") {
  OnAir room;
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  room.camera.key();
  REQUIRE(wait_video(*cyd, 2).size() == 2);
  std::this_thread::sleep_for(1100ms);  // The interval since the first request is over.
  const std::size_t before = room.host.handle().pli_count();
  const std::vector<std::uint8_t> full_intra_request = {0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0,
                                                        0,    0,   0, 0, 0, 2, 1, 0, 0, 0};
  for (int i = 0; i < 50; ++i) {
    cyd->handle().incoming_rtcp(MediaKind::video, framework::MediaIndex(1),
                                i % 2 == 0 ? picture_loss_indication() : full_intra_request);
  }
  cyd->handle().sync();
  CHECK(room.host.handle().pli_count() == before + 1);
  // The others were not forgotten: while no key frame comes, the host is asked again.
  CHECK(comes_true([&] { return room.host.handle().pli_count() == before + 2; }));
  room.camera.key();

  Json wish = cyd->request("configure");
  CHECK(cyd->ask(std::move(wish.set("keyframe", true))).kind() == "configured");
  CHECK(comes_true([&] { return room.host.handle().pli_count() == before + 3; }));
  CHECK(figure(room.baton, {"keyframes_requested"}) ==
        static_cast<std::int64_t>(room.host.handle().pli_count()));
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A transfer between two who publish waits for the new host's key frame") {
  OnAir room;
  Client bob(room.baton);
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  go_on_air(bob);
  VideoSource bobs(bob, 0xB0B, 5, 7);
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  room.camera.key();
  bobs.key();  // Nobody sees it: he is not host.
  std::size_t seen = 2;
  CHECK(wait_video(*cyd, seen).size() == seen);
  CHECK(figure(room.baton, {"drops", "not_on_air"}) == 2);
  CHECK(bob.handle().pli_count() == 0);

  Json transfer = room.host.request("transfer");
  REQUIRE(room.host.ask(std::move(transfer.set("user", "bob"))).kind() == "transferred");
  CHECK(comes_true([&] { return bob.handle().pli_count() == 1; }));
  bobs.deltas(2);
  room.camera.deltas(2);  // Still on air.
  seen += 4;
  CHECK(wait_video(*cyd, seen).size() == seen);
  bobs.key();
  bobs.deltas(2);
  seen += 6;
  room.camera.deltas(2);  // Not any more.
  const auto video = wait_video(*cyd, seen);
  CHECK(video.size() == seen);
  CHECK(breaks_in(video) == kNothing);
  CHECK(comes_true([&] {
    const SharedJson snapshot = room.baton.snapshot("stage");
    return snapshot.get("program").string("user") == "bob";
  }));
  CHECK(room.host.handle().close_pc_count() == 0);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A backup host who begins to publish after it took over is on air with its first key frame") {
  OnAir room(stage().set("grace_ms", 50));
  Client bob(room.baton);
  REQUIRE(bob.join("bob", "controller").kind() == "joined");
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  room.camera.key();
  Json backup = room.host.request("backup");
  REQUIRE(room.host.ask(std::move(backup.set("user", "bob"))).kind() == "backup_set");
  room.host.detach();
  CHECK(bob.wait("host_changed").get("host").string("user") == "bob");
  go_on_air(bob);
  VideoSource bobs(bob, 0xB0B, 5, 7);
  bobs.key();
  const auto video = wait_video(*cyd, 4);
  CHECK(video.size() == 4);
  CHECK(breaks_in(video) == kNothing);
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("A host whose packets cease is offline after the silence, and back with the next one") {
  OnAir room(stage().set("media_silence_ms", 500));
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  room.camera.key();
  const SharedJson offline = cyd->wait("host_offline");
  CHECK(offline.get("grace").string("reason") == "media_silence");
  CHECK(room.host.say("heartbeat").kind() == "heartbeat");  // Its signalling is alive.
  room.camera.deltas(1);
  CHECK(cyd->wait("host_returned").string("user") == "ada");
  CHECK(room.baton.end() == kNothing);
}

TEST_CASE("Sender reports alone keep a host with a still picture alive") {
  OnAir room(stage().set("media_silence_ms", 500));
  const auto cyd = viewer(room.baton, "cyd");
  watch(*cyd);
  room.camera.key();
  std::vector<std::uint8_t> sender_report(28, 0);
  sender_report[0] = 0x80;
  sender_report[1] = 200;
  sender_report[3] = 6;
  for (int i = 0; i < 20; ++i) {
    room.host.handle().incoming_rtcp(MediaKind::video, framework::MediaIndex(1), sender_report);
    std::this_thread::sleep_for(100ms);
  }
  CHECK_FALSE(cyd->hears("host_offline", 0ms));
  CHECK(cyd->wait("host_offline").get("grace").string("reason") == "media_silence");
  CHECK(room.baton.end() == kNothing);
}

}  // namespace
}  // namespace baton::testing
