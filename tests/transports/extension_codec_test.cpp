// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/extension_codec.hpp"

#include <catch2/catch.hpp>
#include <utility>

#include "core/media/packet_writer.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::transport::test {
namespace {

using media::ExtensionId;
using media::ExtensionKind;
using media::test::Bytes;
using Voice = AudioLevel::Voice;
using Camera = VideoOrientation::Camera;
using Flip = VideoOrientation::Flip;

const Bytes kDescriptor{0xC0, 1, 2};

media::ExtensionMap all_three() {
  media::ExtensionMap map;
  map.set(ExtensionKind::audio_level, ExtensionId{1});
  map.set(ExtensionKind::video_orientation, ExtensionId{2});
  map.set(ExtensionKind::dependency_descriptor, ExtensionId{3});
  return map;
}

Bytes written(const PacketExtensions& extensions, const media::ExtensionMap& map) {
  media::ExtensionSet set(map);
  const ExtensionBytes bytes(extensions);
  CHECK_FALSE(bytes.add_to(set) == media::ExtensionRefusal::too_large);
  Bytes out(set.size());
  set.write(out);
  return out;
}

TEST_CASE("What travels beside a packet is written as its format says, and read again") {
  struct Row {
    const char* what;
    PacketExtensions extensions;
    Bytes expected;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing", {{}, {}, {}}, {}},
      {"silence", {AudioLevel{127, Voice::no}, {}, {}}, {0xBE, 0xDE, 0, 1, 0x10, 0x7F, 0, 0}},
      {"a voice", {AudioLevel{30, Voice::yes}, {}, {}}, {0xBE, 0xDE, 0, 1, 0x10, 0x9E, 0, 0}},
      {"upright", {{}, VideoOrientation{}, {}}, {0xBE, 0xDE, 0, 1, 0x20, 0x00, 0, 0}},
      {"a quarter turn",
       {{}, VideoOrientation{90, Camera::front, Flip::none}, {}},
       {0xBE, 0xDE, 0, 1, 0x20, 0x01, 0, 0}},
      {"three quarters, from the back, mirrored",
       {{}, VideoOrientation{270, Camera::back, Flip::horizontal}, {}},
       {0xBE, 0xDE, 0, 1, 0x20, 0x0F, 0, 0}},
      {"a descriptor",
       {{}, VideoOrientation{180, Camera::front, Flip::none}, kDescriptor},
       {0xBE, 0xDE, 0, 2, 0x20, 0x02, 0x32, 0xC0, 1, 2, 0, 0}},
  }));
  INFO(row.what);
  const auto map = all_three();
  const Bytes extension = written(row.extensions, map);
  CHECK(extension == row.expected);

  media::ExtensionSet set(map);
  const ExtensionBytes bytes(row.extensions);
  static_cast<void>(bytes.add_to(set));
  const Bytes plain = media::test::make_rtp({.payload = {1}});
  Bytes out(200);
  const auto packet = media::write_packet(media::test::view_of(plain), set, out);
  const auto read = read_extensions(media::MediaExtensions(packet->view(), map));
  REQUIRE(read.audio_level.has_value() == row.extensions.audio_level.has_value());
  if (read.audio_level) {
    CHECK(read.audio_level->level == row.extensions.audio_level->level);
    CHECK(read.audio_level->voice == row.extensions.audio_level->voice);
  }
  REQUIRE(read.video_orientation.has_value() == row.extensions.video_orientation.has_value());
  if (read.video_orientation) {
    CHECK(read.video_orientation->rotation_degrees == row.extensions.video_orientation->rotation_degrees);
    CHECK(read.video_orientation->camera == row.extensions.video_orientation->camera);
    CHECK(read.video_orientation->flip == row.extensions.video_orientation->flip);
  }
  CHECK(Bytes(read.dependency_descriptor.begin(), read.dependency_descriptor.end()) ==
        Bytes(row.extensions.dependency_descriptor.begin(), row.extensions.dependency_descriptor.end()));
}

TEST_CASE("What a receiver did not negotiate is left out, and a descriptor that does not fit is told of") {
  const Bytes descriptor(17, 0x80);
  const PacketExtensions extensions{AudioLevel{1, Voice::no}, {}, descriptor};
  const ExtensionBytes bytes(extensions);
  const media::ExtensionMap nothing;
  media::ExtensionSet none(nothing, media::ExtensionForms::both);
  CHECK(bytes.add_to(none) == media::ExtensionRefusal::not_negotiated);
  CHECK(none.size() == 0);
  const auto map = all_three();
  media::ExtensionSet small(map, media::ExtensionForms::one_byte_only);
  CHECK(bytes.add_to(small) == media::ExtensionRefusal::too_large);
  CHECK(small.size() == 8);
  media::ExtensionSet large(map, media::ExtensionForms::both);
  CHECK_FALSE(bytes.add_to(large).has_value());
  CHECK(large.size() == 4 + 3 + 19 + 2);
}

TEST_CASE("An element of a wrong size says nothing") {
  const Bytes two{1, 2};
  const auto map = all_three();
  media::ExtensionSet set(map);
  set.add(ExtensionKind::audio_level, two);
  set.add(ExtensionKind::video_orientation, two);
  const Bytes plain = media::test::make_rtp({.payload = {1}});
  Bytes out(200);
  const auto packet = media::write_packet(media::test::view_of(plain), set, out);
  const auto read = read_extensions(media::MediaExtensions(packet->view(), map));
  CHECK_FALSE(read.audio_level.has_value());
  CHECK_FALSE(read.video_orientation.has_value());
}

}  // namespace
}  // namespace baton::transport::test
